#pragma once

#include "daemon/clock.hpp"

#include <functional>
#include <mutex>
#include <string_view>

namespace insightd::daemon
{

/// The machine's clock as long as nobody sets it. When it jumps, time goes on as it went, until the
/// platform says with the `Date` of an answer (RFC 9110, 6.6.1) whose time is the right one. A
/// clock that is wrong would make numbers final before they are, and let stories end unread.
///
/// May be asked from any thread.
class WitnessedClock final : public Clock
{
public:
    /// In the time that is shown.
    struct Sources {
        std::function<model::Instant()> machine;           ///< may be set at any moment
        std::function<std::chrono::microseconds()> passed; ///< since some instant; nobody sets it
        double speed = 1;                                  ///< of both, beside real time
    };

    /// A platform of another time than a simulation's is not believed before it agreed once.
    enum class Trust : std::uint8_t { at_once, once_it_agreed };

    enum class News : std::uint8_t {
        jumped, ///< it was set while it was followed; now it is not
        wrong,  ///< the platform says another time
        right,  ///< it is followed again
    };
    /// `ahead`: how far the machine's clock is ahead of the time that is shown.
    using Say = std::function<void(News news, std::chrono::microseconds ahead)>;

    WitnessedClock(Sources sources, Trust trust, Say say);

    model::Instant now() const override;
    std::chrono::steady_clock::duration real_time_until(model::Instant instant) const override;
    std::chrono::microseconds machine_ahead() const override;

    /// An answer bore this date, and was under way for so long, connecting included. Three that
    /// contradict in the same way are believed; of the first answers after a start, one.
    void testify(std::chrono::sys_seconds date, std::chrono::steady_clock::duration took);

private:
    struct Reading {
        model::Instant now;
        std::chrono::microseconds ahead; ///< 0: the machine's clock is followed
    };
    struct Contradiction {
        std::chrono::microseconds by{};
        int times = 0;
    };

    Reading read() const;
    void follow(model::Instant machine, std::chrono::microseconds passed) const;
    void agree(std::chrono::microseconds ahead);
    void contradict(std::chrono::microseconds by);

    Sources sources_;
    Trust trust_;
    Say say_;
    mutable std::mutex mutex_;
    mutable std::chrono::microseconds shown_at_zero_; ///< what is shown, less what has passed
    mutable bool follows_ = true;
    mutable bool is_known_wrong_ = false; ///< the platform said so of the machine's clock
    bool agreed_ = false;
    Contradiction contradiction_;
};

/// As make_clock(): the machine's, or a simulation's; what happens to it goes into the log.
std::unique_ptr<WitnessedClock>
make_witnessed_clock(const std::optional<config::ScaledClock>& scaled);

} // namespace insightd::daemon
