#pragma once

#include "storage/model/post_rate.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The columns of store.media_state that hold how fast a post changes. Readings of two kinds update
/// that row, and each takes its rate along: no row is touched for the rate alone.
namespace insightd::storage
{

/// As columns of an INSERT.
inline constexpr std::string_view rate_columns =
    "change_per_hour, change_evidence, change_unread, change_waited, change_at";

/// As columns of jsonb_to_recordset().
inline constexpr std::string_view rate_types =
    "change_per_hour real, change_evidence real, change_unread real, change_waited real, "
    "change_at timestamptz";

/// As assignments of an upsert of `s`: a rate of an earlier reading, or none, leaves it alone.
std::string rate_assignments();

/// Into the row of a reading; nothing if there is no rate.
void add_rate(boost::json::object& row, const std::optional<model::PostRate>& rate);

} // namespace insightd::storage
