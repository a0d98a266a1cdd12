#pragma once

#include "daemon/engine.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace insightd::daemon
{

/// "[#####-----] 12/24 tasks  340 values/s  ETA 0:12", for `elapsed` since the start.
/// The ETA is left out until one task is done; values of no time have no rate.
std::string progress_line(const Progress& progress, std::chrono::milliseconds elapsed);

/// How far backfills have come, all accounts together.
struct PastProgress {
    std::int64_t days_done = 0, days_expected = 0;
    std::int64_t posts_done = 0, posts_expected = 0;
    bool is_known = false;        ///< what is expected, of every account
    std::int64_t done_before = 0; ///< days and posts that were done when it began
    std::int64_t calls = 0;
};

/// "[#####-----]  42%  38/90 days  0/41 posts  210 calls  ETA 0:12". While the end of what is
/// served is not found there is no percentage: "looking how far back days are served  12 calls".
std::string past_line(const PastProgress& progress, std::chrono::milliseconds elapsed);

/// Shows progress on stderr: in place on a terminal, else a plain line now and then.
class ProgressBar
{
public:
    using Line = std::function<std::string(const Progress&, std::chrono::milliseconds elapsed)>;

    explicit ProgressBar(Line line = progress_line);
    ~ProgressBar(); ///< ends the line on a terminal

    /// Draws, if it is time to.
    void show(const Progress& progress);

    /// The last state, always drawn.
    void finish(const Progress& progress);

    /// A line that stays, above the progress.
    void say(const std::string& line);

    static constexpr std::chrono::milliseconds terminal_step{200};
    static constexpr std::chrono::seconds plain_step{10};

private:
    void draw(const Progress& progress);

    Line line_;
    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point next_;
};

} // namespace insightd::daemon
