#include "daemon/scheduling/change_rate.hpp"

#include "daemon/scheduling/belief.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace insightd::scheduling
{
namespace
{

/// Until an account has told its own: published rates of engagement are some percent of views.
constexpr double usual_interactions = 0.03;
constexpr double usual_total = 100;

/// Changes after which a post's own share of interactions outweighs the account's.
constexpr double interactions_settle = 500;
constexpr double least_interactions = 1e-6;

/// Over so long the sums are averaged: a reading is worth the same on quiet days and when a post
/// takes off, or calls would move from where they gain most to where they gain least.
constexpr Hours remembered{90 * 24};

/// A number as ChangeRate holds it: no answer, however wrong, upsets the sums of the account.
double counted(std::int64_t number)
{
    return static_cast<double>(
        std::clamp<std::int64_t>(number, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// Readings overtake one another by less: what is stamped later was stamped by a clock that was
/// ahead.
constexpr std::chrono::minutes most_disorder{10};

/// What a clock that was ahead has stamped counts as just before `at`.
void heed_clock(ChangeRate& post, std::uint32_t at)
{
    const auto latest = seconds_of(model::Instant{std::chrono::seconds{at} + most_disorder});
    for (auto* stamp : {&post.read_at, &post.observed_at})
        if (*stamp > latest)
            *stamp = at - 1;
}

double moved_since(double before, double now)
{
    return std::max(now - before, 0.0);
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

void AccountRates::replace(const ChangeRate& before, const ChangeRate& after)
{
    average_until(after.observed_at);
    count(before, -1);
    count(after, 1);
}

/// The mean of all there was, then of the time that is remembered.
void AccountRates::average_until(std::uint32_t at)
{
    if (at <= averaged_until_)
        return;
    const auto span = averaged_until_ == 0 ? Hours{0} : between(averaged_until_, at);
    averaged_for_ = std::min(averaged_for_ + span, remembered);
    const auto weight = averaged_for_ > Hours{0} ? span / averaged_for_ : 1.0;
    usual_rates_ += weight * (rates_ - usual_rates_);
    usual_roots_ += weight * (roots_ - usual_roots_);
    averaged_until_ = at;
}

void AccountRates::count(const ChangeRate& post, double sign)
{
    rates_ += sign * post.per_hour;
    roots_ += sign * std::sqrt(static_cast<double>(post.per_hour));
    if (!post.has_number())
        return;
    read_posts_ += sign;
    totals_ += sign * post.total;
    if (post.interactions < 0)
        return;
    compared_totals_ += sign * post.total;
    compared_interactions_ += sign * static_cast<double>(post.interactions);
}

/// Clocks differ: a post may be read before it was published.
ChangeRate
AccountRates::begun(const ChangeRate& post, model::Instant published_at, std::uint32_t at) const
{
    const auto total = read_posts_ > 0 ? std::max(totals_ / read_posts_, 1.0) : usual_total;
    auto born = newborn(post, published_at, total);
    born.observed_at = std::min(born.observed_at, at);
    return born;
}

void AccountRates::insights_read(
    ChangeRate& post, model::Instant published_at, model::Instant at,
    std::optional<std::int64_t> total)
{
    const auto before = post;
    heed_clock(post, seconds_of(at));
    const auto to = std::max(seconds_of(at), post.observed_at);
    if (post.is_read() && seconds_of(at) <= post.read_at)
        return;
    if (!post.is_read() ||
        (total && !post.has_number())) { // all is news, whatever lists made of it
        post = begun(post, published_at, to);
        post.unread = 0;
    }
    const auto fresh = expected_until(post, published_at, to);
    const auto aged = advance(post, published_at, to);
    if (total)
        learn_total(post, counted(*total), fresh, aged);
    post.unread = post.waited = 0;
    post.read_at = to;
    replace(before, post);
}

/// `fresh`: changes expected since the list's last word.
void AccountRates::learn_total(ChangeRate& post, double total, double fresh, double aged) const
{
    const auto expected = post.unread + fresh;
    const auto moved = moved_since(post.total, total);
    // The next list counts from its last: what came in between is no longer news.
    if (post.has_number() && post.interactions >= 0 && expected > 0)
        post.interactions +=
            static_cast<float>(interactions_per_change(post) * moved * fresh / expected);
    weigh(post, {moved, expected, 1, aged});
    post.total = static_cast<std::uint32_t>(total);
}

void AccountRates::list_read(
    ChangeRate& post, model::Instant published_at, model::Instant at,
    std::optional<std::int64_t> interactions)
{
    const auto to = seconds_of(at);
    const auto before = post;
    heed_clock(post, to);
    if (to <= post.observed_at)
        return;
    if (post.observed_at == 0)
        post = begun(post, published_at, to - 1);
    const auto hours = between(post.observed_at, to).count();
    const auto expected = expected_until(post, published_at, to);
    const auto aged = advance(post, published_at, to);
    const auto came = interactions && before.interactions >= 0
                          ? learn_interactions(post, counted(*interactions), expected, aged)
                          : expected;
    post.waited += static_cast<float>(hours * (post.unread + came / 2));
    post.unread += static_cast<float>(came);
    post.interactions = interactions ? static_cast<float>(counted(*interactions)) : -1;
    replace(before, post);
}

/// Returns the changes that likely came: those that left a trace, and of the others as many as the
/// rate says now.
double
AccountRates::learn_interactions(ChangeRate& post, double now, double expected, double aged) const
{
    const auto visible = interactions_per_change(post);
    const auto moved = moved_since(post.interactions, now);
    const auto factor = weigh(post, {moved / visible, expected, visible, aged});
    return moved + (1 - visible) * expected * factor;
}

double AccountRates::worth_a_reading(std::chrono::seconds freshness) const
{
    const bool has_past = averaged_for_ > Hours{0};
    const auto rates = has_past ? usual_rates_ : rates_;
    const auto roots = has_past ? usual_roots_ : roots_;
    if (roots <= 0)
        return std::numeric_limits<double>::infinity();
    const auto exchange = 2 * Hours{freshness}.count() * rates / roots;
    return exchange * exchange / 2;
}

double AccountRates::interactions_per_change() const
{
    return std::clamp(
        (compared_interactions_ + interactions_settle * usual_interactions) /
            (compared_totals_ + interactions_settle),
        least_interactions, 1.0);
}

double AccountRates::interactions_per_change(const ChangeRate& post) const
{
    const auto usual = interactions_per_change();
    if (!post.has_number() || post.interactions < 0)
        return usual;
    return std::clamp(
        (post.interactions + interactions_settle * usual) / (post.total + interactions_settle),
        least_interactions, 1.0);
}

} // namespace insightd::scheduling
