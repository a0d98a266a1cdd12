#include "daemon/scheduling/belief.hpp"

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

/// Beyond so many variances the past no longer tells: a burst began, or ended.
constexpr double surprising = 3;

/// Changes per hour: a rate moves by factors, so that it must not reach 0.
constexpr double least_rate = 1e-6;
constexpr double most_rate = 1e9;
constexpr double least_count = 1e-9;

float rate_within_bounds(double per_hour)
{
    return static_cast<float>(std::clamp(per_hour, least_rate, most_rate));
}

/// How far the count is from what was expected, in variances; a count's own among them, so that
/// one like where none was expected is no surprise yet.
double surprise(double counted, double expected, double evidence)
{
    const auto variance =
        counted + expected + expected * expected * (1 / most_evidence_of_one + 1 / evidence);
    return (counted - expected) * (counted - expected) / variance;
}

double evidence_after(double evidence, double off)
{
    const auto kept = std::min(surprising / off, 1.0);
    return evidence * kept * kept;
}

} // namespace

std::uint32_t seconds_of(model::Instant instant)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds.count(), 1, std::numeric_limits<std::uint32_t>::max()));
}

Hours between(std::uint32_t earlier, std::uint32_t later)
{
    return std::chrono::seconds{later} - std::chrono::seconds{earlier};
}

Hours age_at(std::uint32_t seconds, model::Instant published_at)
{
    const model::Instant at{std::chrono::seconds{seconds}};
    return std::max(Hours{at - published_at}, Hours{0});
}

ChangeRate newborn(const ChangeRate& post, model::Instant published_at, double total)
{
    auto born = post;
    born.per_hour = rate_within_bounds(total * share_per_hour(Hours{0}));
    born.evidence = static_cast<float>(prior_evidence);
    born.observed_at = seconds_of(published_at);
    return born;
}

double expected_until(const ChangeRate& post, model::Instant published_at, std::uint32_t to)
{
    const auto age = age_at(post.observed_at, published_at);
    return post.per_hour * growth(age, between(post.observed_at, to)).count();
}

double advance(ChangeRate& post, model::Instant published_at, std::uint32_t to)
{
    const auto age = age_at(post.observed_at, published_at);
    const auto span = between(post.observed_at, to);
    const auto growth_of_age = std::log((age + span + half_life) / (age + half_life));
    const auto evidence = std::max<double>(post.evidence, least_count);
    post.per_hour = rate_within_bounds(post.per_hour * decay(age, span));
    post.evidence = static_cast<float>(1 / (1 / evidence + wandering * growth_of_age));
    post.observed_at = to;
    return growth_of_age;
}

double weigh(ChangeRate& post, const Observation& seen)
{
    const auto expected = std::max(seen.expected, least_count);
    const auto visible = expected * seen.visible;
    const auto blur = 1 / most_evidence_of_one + wandering * seen.aged / 3;
    const auto weight = 1 / (1 / visible + blur);
    const auto off = surprise(seen.counted * seen.visible, visible, post.evidence);
    const auto evidence = evidence_after(post.evidence, off);
    const auto factor = (evidence + weight * seen.counted / expected) / (evidence + weight);
    post.per_hour = rate_within_bounds(post.per_hour * factor);
    post.evidence = static_cast<float>(evidence + weight);
    return factor;
}

} // namespace insightd::scheduling
