#pragma once

#include "daemon/engine.hpp"

#include <chrono>
#include <string>

namespace insightd::daemon
{

/// "[#####-----] 12/24 tasks  340 values/s  ETA 0:12", for `elapsed` since the start.
/// The ETA is left out until one task is done; values of no time have no rate.
std::string progress_line(const Progress& progress, std::chrono::milliseconds elapsed);

/// Shows progress on stderr: in place on a terminal, else a plain line now and then.
class ProgressBar
{
public:
    ProgressBar();
    ~ProgressBar(); ///< ends the line on a terminal

    /// Draws, if it is time to.
    void show(const Progress& progress);

    /// The last state, always drawn.
    void finish(const Progress& progress);

    static constexpr std::chrono::milliseconds terminal_step{200};
    static constexpr std::chrono::seconds plain_step{10};

private:
    void draw(const Progress& progress);

    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point next_;
};

} // namespace insightd::daemon
