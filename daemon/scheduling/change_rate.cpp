#include "daemon/scheduling/change_rate.hpp"

#include "daemon/scheduling/growth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace insightd::scheduling
{
namespace
{

/// What a post without a history is believed to be: like the others, give or take a factor.
constexpr double prior_evidence = 0.5;

/// Views and likes come in waves, not as a Poisson process: no single observation says more of the
/// rate than this many changes would.
constexpr double most_evidence_of_one = 12;

/// The past tells of the present on the scale of the age: when age + half-life has grown by a
/// factor e, the log of the rate has wandered by this variance.
constexpr double wandering = 0.5;

/// Until an account has told its own: published rates of engagement are some percent of views.
constexpr double usual_interactions = 0.03;
constexpr double usual_total = 100;

/// Changes after which a post's own share of interactions outweighs the account's.
constexpr double interactions_settle = 500;

constexpr Hours remembered{30 * 24};

constexpr double smallest_count = 1e-9;

std::uint32_t seconds_of(model::Instant instant)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds.count(), 1, std::numeric_limits<std::uint32_t>::max()));
}

Hours age_at(std::uint32_t seconds, model::Instant published_at)
{
    const model::Instant at{std::chrono::seconds{seconds}};
    return std::max(Hours{at - published_at}, Hours{0});
}

Hours between(std::uint32_t earlier, std::uint32_t later)
{
    return Hours{std::chrono::seconds{later} - std::chrono::seconds{earlier}};
}

float narrow(double value)
{
    return static_cast<float>(value);
}

/// Gamma-Poisson: belief and observation, each weighed by the changes it rests on.
struct Observation {
    double counted = 0;
    double expected = 0;
};

void weigh(ChangeRate& post, const Observation& seen, double per_change)
{
    const auto expected = std::max(seen.expected, smallest_count);
    const auto weight = 1 / (1 / (expected * per_change) + 1 / most_evidence_of_one);
    const auto evidence = static_cast<double>(post.evidence);
    const auto factor = (evidence + weight * seen.counted / expected) / (evidence + weight);
    post.per_hour = narrow(post.per_hour * factor);
    post.evidence = narrow(evidence + weight);
}

/// Time passes: the rate decays with age, and what is known of it fades.
void advance(ChangeRate& post, model::Instant published_at, std::uint32_t to)
{
    const auto age = age_at(post.observed_at, published_at);
    const auto span = between(post.observed_at, to);
    const auto growth_of_age = std::log((age + span + half_life) / (age + half_life));
    post.per_hour = narrow(post.per_hour * decay(age, span));
    post.evidence = narrow(1 / (1 / post.evidence + wandering * growth_of_age));
    post.observed_at = to;
}

double expected_until(const ChangeRate& post, model::Instant published_at, std::uint32_t to)
{
    const auto age = age_at(post.observed_at, published_at);
    return post.per_hour * growth(age, between(post.observed_at, to)).count();
}

} // namespace

double forecast(const ChangeRate& post, model::Instant published_at, model::Instant now)
{
    const auto age = age_at(post.observed_at, published_at);
    const auto to = std::max(seconds_of(now), post.observed_at);
    return post.per_hour * decay(age, between(post.observed_at, to));
}

void AccountRates::add(const ChangeRate& post)
{
    ++posts_;
    count(post, 1);
}

void AccountRates::remove(const ChangeRate& post)
{
    --posts_;
    count(post, -1);
}

void AccountRates::remember_sums(std::uint32_t at)
{
    if (at <= summed_at_)
        return;
    const auto weight = summed_at_ == 0 ? 1.0 : 1 - std::exp(-between(summed_at_, at) / remembered);
    usual_rates_ += weight * (rates_ - usual_rates_);
    usual_roots_ += weight * (roots_ - usual_roots_);
    summed_at_ = at;
}

void AccountRates::replace(const ChangeRate& before, const ChangeRate& after)
{
    remember_sums(after.observed_at);
    count(before, -1);
    count(after, 1);
}

void AccountRates::count(const ChangeRate& post, double sign)
{
    rates_ += sign * post.per_hour;
    roots_ += sign * std::sqrt(static_cast<double>(post.per_hour));
    if (!post.is_read())
        return;
    read_posts_ += sign;
    totals_ += sign * post.total;
    if (post.interactions < 0)
        return;
    compared_totals_ += sign * post.total;
    compared_interactions_ += sign * static_cast<double>(post.interactions);
}

/// At its birth a post is like the others were.
ChangeRate AccountRates::begun(const ChangeRate& post, model::Instant published_at) const
{
    const auto total = read_posts_ > 0 ? std::max(totals_ / read_posts_, 1.0) : usual_total;
    auto begun = post;
    begun.per_hour = narrow(total * share_per_hour(Hours{0}));
    begun.evidence = narrow(prior_evidence);
    begun.observed_at = seconds_of(published_at);
    return begun;
}

void AccountRates::insights_read(
    ChangeRate& post, model::Instant published_at, model::Instant at,
    std::optional<std::int64_t> total)
{
    const auto to = std::max(seconds_of(at), post.observed_at);
    if (post.is_read() && to <= post.read_at)
        return;
    const auto before = post;
    if (!post.is_read()) // its whole number is news, whatever lists made of it
        post = begun(post, published_at);
    const auto fresh = expected_until(post, published_at, to);
    const Observation seen{
        static_cast<double>(std::max<std::int64_t>(total.value_or(0) - post.total, 0)),
        post.unread + fresh};
    if (total && post.interactions >= 0 && before.is_read() && seen.expected > 0)
        post.interactions +=
            narrow(interactions_per_change(post) * seen.counted * fresh / seen.expected);
    advance(post, published_at, to);
    if (total) {
        weigh(post, seen, 1);
        post.total = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(*total, 0, std::numeric_limits<std::uint32_t>::max()));
    }
    post.unread = post.waited = 0;
    post.read_at = to;
    replace(before, post);
}

void AccountRates::list_read(
    ChangeRate& post, model::Instant published_at, model::Instant at,
    std::optional<std::int64_t> interactions)
{
    const auto to = seconds_of(at);
    if (to <= post.observed_at)
        return;
    const auto before = post;
    if (post.observed_at == 0)
        post = begun(post, published_at);
    const auto hours = between(post.observed_at, to).count();
    const auto expected = expected_until(post, published_at, to);
    const auto share = interactions_per_change(post);
    const bool is_known = interactions && post.interactions >= 0 && before.observed_at != 0;
    const auto moved =
        is_known ? std::max(static_cast<double>(*interactions) - post.interactions, 0.0) : 0;
    const auto rate_before = post.per_hour;
    advance(post, published_at, to);
    const auto rate_advanced = post.per_hour;
    if (is_known)
        weigh(post, {moved / share, expected}, share);
    // Those who left a trace, and of the others as many as the rate says now.
    const auto factor = rate_advanced > 0 ? post.per_hour / rate_advanced : 1;
    (void)rate_before;
    const auto came = is_known ? moved + (1 - share) * expected * factor : expected;
    post.waited += narrow(hours * (post.unread + came / 2));
    post.unread += narrow(came);
    post.interactions = interactions ? narrow(static_cast<double>(*interactions)) : -1;
    replace(before, post);
}

double AccountRates::worth_a_reading(std::chrono::seconds freshness) const
{
    if (usual_roots_ <= 0)
        return std::numeric_limits<double>::infinity();
    const auto exchange = 2 * Hours{freshness}.count() * usual_rates_ / usual_roots_;
    return exchange * exchange / 2;
}

double AccountRates::interactions_per_change() const
{
    const auto prior = interactions_settle;
    return std::min(
        1.0, (compared_interactions_ + prior * usual_interactions) / (compared_totals_ + prior));
}

double AccountRates::interactions_per_change(const ChangeRate& post) const
{
    const auto usual = interactions_per_change();
    if (!post.is_read() || post.interactions < 0)
        return usual;
    return std::clamp(
        (post.interactions + interactions_settle * usual) /
            (static_cast<double>(post.total) + interactions_settle),
        1e-6, 1.0);
}

} // namespace insightd::scheduling
