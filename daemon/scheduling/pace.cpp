#include "daemon/scheduling/pace.hpp"

#include "daemon/scheduling/belief.hpp"
#include "daemon/scheduling/cadence.hpp"
#include "daemon/scheduling/growth.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::scheduling
{
namespace
{

using std::chrono::seconds;

/// Longer than any post is watched: keeps arithmetic on instants in range.
constexpr Hours longest{24 * 3650};

/// Hours until unread·x + the waiting of what comes reaches `worth`, by Newton's method: the sum
/// is convex, so that the steps come from above and never miss.
Hours until_worth(const ChangeRate& post, Hours age, double worth)
{
    if (worth <= 0)
        return Hours{0};
    const double rate = post.per_hour;
    const double unread = post.unread;
    auto span = 2 * worth / (unread + std::sqrt(unread * unread + 2 * rate * worth));
    for (int step = 0; step < 6 && span < longest.count(); ++step) {
        const auto piled = unread * span + rate * waiting(age, Hours{span});
        const auto slope = unread + rate * growth(age, Hours{span}).count();
        span += (worth - piled) / slope;
    }
    return std::min(longest, Hours{span}); // also where span is no number
}

/// A clock that was ahead and was set since has stamped readings that lie in the future.
ChangeRate not_after(ChangeRate post, model::Instant now)
{
    post.read_at = std::min(post.read_at, seconds_of(now));
    post.observed_at = std::min(post.observed_at, seconds_of(now));
    return post;
}

model::Instant instant(std::uint32_t at)
{
    return model::Instant{seconds{at}};
}

model::Instant worth_it_at(const ChangeRate& post, model::Instant published_at, double worth)
{
    const auto observed_at = instant(post.observed_at);
    const auto age = std::max(Hours{observed_at - published_at}, Hours{0});
    const auto span = until_worth(post, age, worth - static_cast<double>(post.waited));
    return observed_at + std::chrono::ceil<seconds>(span);
}

} // namespace

std::optional<Plan> next_reading(
    const ChangeRate& known, model::Instant published_at, model::Instant now,
    const AccountRates& account, const std::vector<config::AgeTier>& tiers, const Pacing& pacing)
{
    const auto* tier = tier_of(tiers, published_at, now);
    if (tier == nullptr)
        return std::nullopt;
    const auto post = not_after(known, now);
    Plan plan{now, Reason::never_read, forecast(post, published_at, now), post.unread, {}};
    if (!post.is_read())
        return plan;
    const auto read_at = instant(post.read_at);
    const auto worth =
        account.worth_a_reading(pacing.freshness) * pacing.scarcity * pacing.scarcity;
    plan.due = worth_it_at(post, published_at, worth);
    plan.worth_after = std::chrono::floor<seconds>(plan.due - read_at);
    plan.reason = post.unread > 1 && plan.due <= now ? Reason::moved : Reason::worth_it;
    if (plan.due < read_at + pacing.shortest) {
        plan.due = read_at + pacing.shortest;
        plan.reason = Reason::shortest;
    }
    if (pacing.floors && plan.due > read_at + tier->every) {
        plan.due = read_at + tier->every;
        plan.reason = Reason::tier_floor;
    }
    return plan;
}

} // namespace insightd::scheduling
