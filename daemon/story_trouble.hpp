#pragma once

#include "collectors/graph/failure.hpp"
#include "storage/model/story.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What keeps a story from being read, and how that is told.
namespace insightd::daemon
{

/// Kinds of trouble that are no failed call.
namespace trouble
{
inline constexpr std::string_view refused = "refused";         ///< 100/33 while it should live
inline constexpr std::string_view no_numbers = "no_numbers";   ///< answers without any number
inline constexpr std::string_view not_running = "not_running"; ///< no daemon was there
inline constexpr std::string_view rows_lost = "rows_lost";     ///< answered, but not stored
inline constexpr std::string_view found_late = "found_late";   ///< the list showed it too late
inline constexpr std::string_view not_asked = "not_asked";     ///< no call, for no known reason
} // namespace trouble

/// The kind of trouble that a failed call is: one of few.
std::string_view trouble_of(graph::FailureClass kind);

/// Adds a span; one of the same kind as the last goes on to `to`.
void add_trouble(
    std::vector<model::StoryTrouble>& troubles, std::string_view kind, model::Instant from,
    model::Instant to);

/// Why a story was missed.
struct Reason {
    std::string kind;
    std::string words;
};

/// What happened from `entry.window_from` to `now`, each with from when to when; the kind is that
/// of the longest. Never empty.
Reason reason_for(const model::StoryEntry& entry, model::Instant now);

} // namespace insightd::daemon
