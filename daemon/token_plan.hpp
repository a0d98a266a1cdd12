#pragma once

#include "storage/model/token.hpp"

#include <cstdint>
#include <optional>

/// When a token is to be renewed, and how loud its trouble is: pure arithmetic on instants.
namespace insightd::daemon
{

/// A younger token is not renewed by the platform.
inline constexpr std::chrono::hours youngest_renewal{24};

/// Of tokens that are renewed. Source: graph-api.md section 2.1, "Long-lived".
inline constexpr std::chrono::days longest_life{60};

/// When a token is renewed: never before it is a day old, then at a time between two and three
/// fifths of its life that is spread by account, so that weeks of tries are left. Nothing for
/// tokens that need no renewal. Source: graph-api.md section 2.1, "Refresh".
std::optional<model::Instant> first_renewal(const model::TokenFacts& facts);

/// The next try after the `failures`-th failed one in a row: a quarter of an hour, doubling up to
/// half a day, and never later than what leaves another try before the end.
model::Instant
next_renewal(const model::TokenFacts& facts, std::int64_t failures, model::Instant now);

/// Whether a failing renewal is an alarm: in the last week of the token's life.
bool is_alarming(const model::TokenFacts& facts, model::Instant now);

/// When a person must log in again at the latest, if that is within two weeks: the platform ends
/// its access to data, or the token, which cannot be renewed, ends. Source: graph-api.md
/// section 2.2, "90-day data-access expiry".
std::optional<model::Instant> login_needed_by(const model::TokenFacts& facts, model::Instant now);

} // namespace insightd::daemon
