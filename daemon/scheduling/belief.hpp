#pragma once

#include "daemon/scheduling/change_rate.hpp"
#include "daemon/scheduling/growth.hpp"

/// What is believed of one post's rate, and how an observation moves it: a Gamma-Poisson estimator
/// that forgets on the scale of the post's age.
namespace insightd::scheduling
{

/// Seconds since 1970, as ChangeRate holds them; never 0.
std::uint32_t seconds_of(model::Instant instant);
Hours between(std::uint32_t earlier, std::uint32_t later);
/// Never negative: clocks differ.
Hours age_at(std::uint32_t seconds, model::Instant published_at);

/// A post at its birth, believed to come to `total` changes like the account's others.
ChangeRate newborn(const ChangeRate& post, model::Instant published_at, double total);

/// Changes expected from the last observation until then.
double expected_until(const ChangeRate& post, model::Instant published_at, std::uint32_t to);

/// Time passes: the rate decays with age, and what is known of it fades. Returns by how much the
/// log of the age grew: age as growth sees it, from half a life before birth.
double advance(ChangeRate& post, model::Instant published_at, std::uint32_t to);

/// Changes that were counted where so many were expected. `visible`: the share of changes that
/// could be seen at all.
struct Observation {
    double counted = 0;
    double expected = 0;
    double visible = 1;
    double aged = 0; ///< what advance() returned: what is counted over half a life tells little
};

/// Belief and observation, each weighed by the changes it rests on. Returns the factor by which
/// the rate moved.
double weigh(ChangeRate& post, const Observation& seen);

} // namespace insightd::scheduling
