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

/// A figure from which on nothing goes, in percent.
constexpr int figure_lets_none = 95;

/// It is doubted after so long; each class later than the one before, which comes back within that
/// time: the call that finds out is of the most valuable one that waits.
constexpr std::chrono::minutes doubted_after{5};

/// What is assumed while the figures do not tell: an app has 200 calls an hour for each of its
/// users.
constexpr double smallest_limit = 200;

constexpr double seconds_an_hour = 3600;

} // namespace

Pool::Pool(
    std::chrono::seconds window, std::chrono::seconds bucket, double share, std::uint64_t key)
    : meter_{window, bucket}, barrier_{key}, share_{share}
{
}

Answer Pool::ask(Work work, double shed_at, Stage stage, model::Instant now)
{
    barrier_.correct(now);
    if (barrier_.is_up(now))
        return Answer::blocked;
    if (barrier_.is_tried(now))
        return meter_.under_way() == 0 ? Answer::go : Answer::tried;
    const auto used = meter_.percent(now);
    if (!used)
        return Answer::go;
    if (*used - spared(now) >= shed_at * share_)
        return may_renew_figure(work, now) ? Answer::go : Answer::shed;
    if (work == Work::story_ends || stage == Stage::goes_on || !meter_.limit())
        return Answer::go;
    const auto peak = meter_.peak(wanted_before(work, now), now);
    return peak - spared(now) <= planned_room(shed_at) ? Answer::go : Answer::shed;
}

std::optional<double> Pool::room(Work work, double shed_at, model::Instant now)
{
    const auto used = meter_.percent(now);
    if (!used)
        return std::nullopt;
    if (barrier_.is_up(now) || barrier_.is_tried(now))
        return 0;
    auto free = shed_at * share_ - *used;
    if (work != Work::story_ends)
        free = std::min(free, planned_room(shed_at) - meter_.peak(wanted_before(work, now), now));
    return std::max(free + spared(now), 0.0) / 100 * meter_.limit().value_or(smallest_limit);
}

/// What others use of the part that is left to them, in percent.
double Pool::spared(model::Instant now)
{
    return std::min(meter_.of_others(now), (1 - share_) * 100);
}

double Pool::planned_room(double shed_at) const
{
    return std::max(planned_to, shed_at) * share_;
}

Answer Pool::ask_again(model::Instant now)
{
    if (barrier_.is_up(now))
        return Answer::blocked;
    return barrier_.is_tried(now) && meter_.under_way() > 1 ? Answer::tried : Answer::go;
}

/// One figure may be a mistake, or of others that have ended: where nothing goes, nothing would
/// ever say so.
bool Pool::may_renew_figure(Work work, model::Instant now)
{
    const auto wait = doubted_after * (static_cast<std::int64_t>(work) + 1);
    return meter_.figure() >= figure_lets_none * share_ && meter_.under_way() == 0 &&
           meter_.silent_for(now) >= wait;
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
