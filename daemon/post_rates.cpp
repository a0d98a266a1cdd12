#include "daemon/post_rates.hpp"

#include "daemon/scheduling/growth.hpp"

#include <algorithm>
#include <limits>

namespace insightd::daemon
{
namespace
{

std::optional<std::int64_t> number_of(const model::MediaSample& sample, std::string_view metric)
{
    const auto found = std::ranges::find(sample.readings.values, metric, &model::Reading::metric);
    if (found == sample.readings.values.end())
        return std::nullopt;
    const auto* number = std::get_if<model::Number>(&found->value);
    const auto* count = number != nullptr ? std::get_if<std::int64_t>(number) : nullptr;
    return count != nullptr ? std::optional{*count} : std::nullopt;
}

std::uint32_t seconds_of(model::Instant instant)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

std::uint32_t seconds_of(const std::optional<model::Instant>& instant)
{
    return instant ? seconds_of(*instant) : 0;
}

/// Of a post that was read before rates were kept: what posts of its size and age usually are at.
/// The guess weighs little: a change or two outweigh it.
void guess(scheduling::ChangeRate& rate, model::Instant published_at)
{
    constexpr float light = 0.5F;
    const scheduling::Hours age{
        model::Instant{std::chrono::seconds{rate.observed_at}} - published_at};
    const auto share = scheduling::share_per_hour(std::max(age, scheduling::Hours{0}));
    rate.per_hour = static_cast<float>(std::max(rate.total, 1U) * share);
    rate.evidence = light;
}

/// Views that come after a reach are no successor of it either: all of them are news.
void forget_reach(scheduling::AccountRates& account, scheduling::ChangeRate& post)
{
    account.remove(post);
    post.total = 0;
    account.add(post);
}

/// Nothing where one of both is not told, or the sum is no number.
std::optional<std::int64_t> interactions_of(const model::Media& media)
{
    std::int64_t sum = 0;
    if (!media.like_count || !media.comments_count ||
        __builtin_add_overflow(*media.like_count, *media.comments_count, &sum))
        return std::nullopt;
    return sum;
}

} // namespace

bool has_numbers(const model::MediaSample& sample)
{
    return std::ranges::any_of(sample.readings.values, [](const model::Reading& reading) {
        return std::holds_alternative<model::Number>(reading.value);
    });
}

bool has_views(const model::MediaSample& sample)
{
    return number_of(sample, "views").has_value();
}

void take_in(
    scheduling::AccountRates& account, scheduling::ChangeRate& post, model::Instant published_at,
    const model::MediaSample& sample, bool counts_views)
{
    auto total = number_of(sample, "views");
    if (total && !counts_views && post.has_number())
        forget_reach(account, post);
    if (!total && !counts_views)
        total = number_of(sample, "reach");
    account.insights_read(post, published_at, sample.observed_at, total);
}

void take_in(
    scheduling::AccountRates& account, scheduling::ChangeRate& post, const model::Media& media)
{
    account.list_read(post, media.published_at, media.observed_at, interactions_of(media));
}

scheduling::ChangeRate read_at(scheduling::ChangeRate rate, model::Instant now)
{
    rate.read_at = seconds_of(now);
    rate.observed_at = rate.read_at;
    rate.unread = 0;
    rate.waited = 0;
    return rate;
}

model::PostRate stored_form(const scheduling::ChangeRate& rate)
{
    return {
        rate.per_hour, rate.evidence, rate.unread, rate.waited,
        model::Instant{std::chrono::seconds{rate.observed_at}}};
}

namespace
{

/// What an insights reading after the list made of the likes that came meanwhile is not stored: the
/// next list begins to count anew.
bool is_list_the_last_word(const model::StoredPost& known)
{
    return !known.rate || (known.listed_at && known.rate->judged_at <= *known.listed_at);
}

} // namespace

scheduling::ChangeRate stored_rate(const model::StoredPost& known)
{
    scheduling::ChangeRate rate;
    if (known.rate) {
        rate.per_hour = known.rate->per_hour;
        rate.evidence = known.rate->evidence;
        rate.unread = known.rate->unread;
        rate.waited = known.rate->waited;
    }
    if (known.interactions && is_list_the_last_word(known))
        rate.interactions = static_cast<float>(*known.interactions);
    if (known.total)
        rate.total = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(*known.total, 0, std::numeric_limits<std::uint32_t>::max()));
    rate.read_at = seconds_of(known.checked_at);
    rate.observed_at = known.rate ? seconds_of(known.rate->judged_at)
                                  : std::max(rate.read_at, seconds_of(known.listed_at));
    if (!known.rate && rate.is_read())
        guess(rate, known.published_at);
    return rate;
}

} // namespace insightd::daemon
