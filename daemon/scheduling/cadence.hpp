#pragma once

#include "config/config.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>

/// When to ask again: pure arithmetic on instants.
namespace insightd::scheduling
{

/// A hash in which neighbouring keys land far apart: the finalizer of splitmix64.
std::uint64_t scattered(std::uint64_t key);

/// The first instant after `after` of a grid with step `every`. The grid's phase is a hash of
/// `key`, so that accounts and posts are spread over the step, the same way at every start.
model::Instant next_on_grid(model::Instant after, std::chrono::seconds every, std::uint64_t key);

/// The tier of a post's age; nothing once it is past the last one.
const config::AgeTier*
tier_of(const std::vector<config::AgeTier>& tiers, model::Instant published_at, model::Instant now);

/// When a post is due next, by the tier of its age; nothing once it is past the last tier.
std::optional<model::Instant> next_post_reading(
    const std::vector<config::AgeTier>& tiers, model::Instant published_at, model::Instant after,
    std::uint64_t key);

} // namespace insightd::scheduling
