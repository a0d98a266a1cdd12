#include "daemon/witnessed_clock.hpp"

#include "daemon/log.hpp"

#include <ctime>
#include <utility>

namespace insightd::daemon
{
namespace
{

using std::chrono::microseconds;

/// Smaller differences are what NTP mends, and change nothing: ages are reckoned in hours.
constexpr std::chrono::minutes tolerance{5};

/// Dates are whole seconds.
constexpr std::chrono::seconds grain{1};

constexpr int enough_witnesses = 3;

/// How far the date lies outside of the time between question and answer; 0: not at all.
microseconds distance(model::Instant date, model::Instant asked, model::Instant answered)
{
    if (date + grain < asked - tolerance)
        return date - asked;
    return date > answered + tolerance ? date - answered : microseconds::zero();
}

/// Goes on while the machine sleeps.
microseconds since_boot()
{
    timespec passed{};
    clock_gettime(CLOCK_BOOTTIME, &passed);
    return std::chrono::seconds{passed.tv_sec} +
           std::chrono::floor<microseconds>(std::chrono::nanoseconds{passed.tv_nsec});
}

void tell(WitnessedClock::News news, microseconds ahead)
{
    const auto seconds = std::chrono::round<std::chrono::seconds>(ahead).count();
    switch (news) {
    case WitnessedClock::News::jumped:
        return log::warning(
            "clock_jumped",
            {{"ahead", fmt::format("{}s", seconds)},
             {"shown", "the former time goes on, until an answer of the platform says which is "
                       "right"}});
    case WitnessedClock::News::wrong:
        return log::error(
            "clock_wrong",
            {{"ahead", fmt::format("{}s", seconds)},
             {"shown", "the platform's time"},
             {"mend", "let NTP set this machine's clock: timedatectl set-ntp true"}});
    case WitnessedClock::News::right:
        return log::info("clock_right", {});
    }
}

} // namespace

WitnessedClock::WitnessedClock(Sources sources, Trust trust, Say say)
    : sources_{std::move(sources)}, trust_{trust}, say_{std::move(say)},
      shown_at_zero_{sources_.machine().time_since_epoch() - sources_.passed()}
{
}

model::Instant WitnessedClock::now() const
{
    const std::lock_guard guard{mutex_};
    return read().now;
}

std::chrono::steady_clock::duration WitnessedClock::real_time_until(model::Instant instant) const
{
    return real_wait(instant - now(), sources_.speed);
}

microseconds WitnessedClock::machine_ahead() const
{
    const std::lock_guard guard{mutex_};
    return read().ahead;
}

WitnessedClock::Reading WitnessedClock::read() const
{
    const auto passed = sources_.passed();
    const auto machine = sources_.machine();
    const model::Instant reckoned{passed + shown_at_zero_};
    const auto ahead = machine - reckoned;
    if (std::chrono::abs(ahead) <= tolerance) {
        follow(machine, passed);
        return {machine, microseconds::zero()};
    }
    if (std::exchange(follows_, false))
        say_(News::jumped, ahead);
    return {reckoned, ahead};
}

void WitnessedClock::follow(model::Instant machine, microseconds passed) const
{
    shown_at_zero_ = machine.time_since_epoch() - passed;
    is_known_wrong_ = false;
    if (!std::exchange(follows_, true))
        say_(News::right, microseconds::zero());
}

void WitnessedClock::testify(
    std::chrono::sys_seconds date, std::chrono::steady_clock::duration took)
{
    const std::lock_guard guard{mutex_};
    const auto shown = read();
    const auto under_way = std::chrono::ceil<microseconds>(took * sources_.speed);
    const auto by = distance(date, shown.now - under_way, shown.now);
    if (by == microseconds::zero())
        return agree(shown.ahead);
    const auto machine = shown.now + shown.ahead;
    if (distance(date, machine - under_way, machine) != microseconds::zero())
        return contradict(by);
    agree(microseconds::zero());
    follow(machine, sources_.passed());
}

/// With the time that is shown; `ahead` is what the machine's clock says beyond it.
void WitnessedClock::agree(microseconds ahead)
{
    agreed_ = true;
    contradiction_ = {};
    if (ahead != microseconds::zero() && !std::exchange(is_known_wrong_, true))
        say_(News::wrong, ahead);
}

void WitnessedClock::contradict(microseconds by)
{
    if (trust_ == Trust::once_it_agreed && !agreed_)
        return;
    const bool is_the_same = std::chrono::abs(by - contradiction_.by) <= tolerance;
    contradiction_ = {by, is_the_same ? contradiction_.times + 1 : 1};
    if (agreed_ && contradiction_.times < enough_witnesses)
        return;
    shown_at_zero_ += by;
    follows_ = false;
    is_known_wrong_ = false;
    agree(read().ahead);
}

std::unique_ptr<WitnessedClock>
make_witnessed_clock(const std::optional<config::ScaledClock>& scaled)
{
    const double speed = scaled ? scaled->speed : 1;
    std::shared_ptr<const Clock> machine = make_clock(scaled);
    WitnessedClock::Sources sources{
        [machine] { return machine->now(); },
        [speed, start = since_boot()] {
            return std::chrono::floor<microseconds>((since_boot() - start) * speed);
        },
        speed};
    const auto trust =
        scaled ? WitnessedClock::Trust::once_it_agreed : WitnessedClock::Trust::at_once;
    return std::make_unique<WitnessedClock>(std::move(sources), trust, tell);
}

} // namespace insightd::daemon
