#include "daemon/budget/pool.hpp"

#include <algorithm>

namespace insightd::budget
{
namespace
{

/// What is planned for stays below this, in percent: the rest is for what nobody foresaw.
constexpr double planned_to = 86;

/// More than is expected, for expectations are guesses.
constexpr double margin = 1.1;

constexpr double seconds_an_hour = 3600;

} // namespace

Pool::Pool(
    std::chrono::seconds window, std::chrono::seconds bucket, double share, std::uint64_t key)
    : meter_{window, bucket}, barrier_{key}, share_{share}
{
}

Answer Pool::ask(Work work, double shed_at, Stage stage, model::Instant now)
{
    if (barrier_.is_up(now))
        return Answer::blocked;
    if (barrier_.is_tried(now))
        return meter_.under_way() == 0 ? Answer::go : Answer::tried;
    const auto used = meter_.percent(now);
    if (!used)
        return Answer::go;
    if (*used >= shed_at * share_)
        return Answer::shed;
    const auto room = std::max(planned_to, shed_at) * share_;
    if (work == Work::story_ends || !meter_.limit())
        return Answer::go;
    const bool is_single = manner_of(work).turn_goes_to <= manner_of(work).shed_at;
    if (stage == Stage::goes_on && !is_single)
        return Answer::go;
    return meter_.peak(wanted_before(work, now), now) <= room ? Answer::go : Answer::shed;
}

/// Calls a second that more valuable work needs: what it is known to need, or what it takes.
double Pool::wanted_before(Work work, model::Instant now) const
{
    double wanted = 0;
    for (std::size_t before = 0; before < static_cast<std::size_t>(work); ++before)
        wanted += std::max(
            expected_.at(before) / seconds_an_hour, meter_.pace(static_cast<Work>(before), now));
    return wanted * margin;
}

} // namespace insightd::budget
