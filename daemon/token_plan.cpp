#include "daemon/token_plan.hpp"

#include "daemon/scheduling/cadence.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr minutes first_wait{15};
constexpr hours longest_wait{12};
constexpr hours last_chance{1}; ///< before the end
constexpr days alarm_within{7};
constexpr days person_within{14};
constexpr std::int64_t most_doublings = 10;

/// From 0 up to `range`, the same for an account at every start.
microseconds spread(model::AccountId account, microseconds range)
{
    const auto key = static_cast<std::uint64_t>(account);
    return microseconds{static_cast<std::int64_t>(
        scheduling::scattered(key) % static_cast<std::uint64_t>(range.count() + 1))};
}

} // namespace

std::optional<model::Instant> first_renewal(const model::TokenFacts& facts)
{
    const bool renewable = facts.kind == model::TokenKind::instagram_user ||
                           facts.kind == model::TokenKind::facebook_user;
    if (!renewable)
        return std::nullopt;
    const auto earliest = facts.issued_at + youngest_renewal;
    if (!facts.expires_at) // of unknown age: as soon as it may be, over a quarter of a day
        return earliest + spread(facts.account_id, hours{6});
    const auto life = std::max<microseconds>(*facts.expires_at - facts.issued_at, hours{0});
    const auto planned = facts.issued_at + life * 2 / 5 + spread(facts.account_id, life / 5);
    return std::max(earliest, planned);
}

model::Instant
next_renewal(const model::TokenFacts& facts, std::int64_t failures, model::Instant now)
{
    const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, most_doublings);
    const auto wait =
        std::min<microseconds>(first_wait * (std::int64_t{1} << doublings), longest_wait);
    const auto usual = now + wait;
    if (!facts.expires_at)
        return usual;
    return std::clamp(*facts.expires_at - last_chance, now + first_wait, usual);
}

bool is_alarming(const model::TokenFacts& facts, model::Instant now)
{
    return facts.expires_at && *facts.expires_at - now <= alarm_within;
}

std::optional<model::Instant> login_needed_by(const model::TokenFacts& facts, model::Instant now)
{
    auto by = facts.data_access_expires_at;
    if (facts.expires_at && !first_renewal(facts))
        by = std::min(by.value_or(*facts.expires_at), *facts.expires_at);
    return by && *by - now <= person_within ? by : std::nullopt;
}

} // namespace insightd::daemon
