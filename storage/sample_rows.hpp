#pragma once

#include "storage/model/time.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>
#include <vector>

/// How readings of media become rows of store.media_sample and store.media_state, wherever they
/// come from.
namespace insightd::storage
{

/// Columns of a reading, for jsonb_to_recordset().
std::string typed_sample_columns();

/// Everything of a reading that is a number, for num_nonnulls(); `prefix` such as "r.".
std::string sample_numbers(std::string_view prefix);

/// The statement that stores readings. `source` is an item of FROM, named r, with account_id,
/// media_id, observed_at, the columns of a reading and those of a rate; at most one of each object.
/// A row where a value changed against the one before, or 24 hours passed since the last row. What
/// comes late, from before the state, is compared with the row before it and leaves the state
/// alone. A reading without any number is a row when the numbers stopped coming or the reason
/// changed; the state keeps the numbers and their time. A row says until when the numbers before it
/// were confirmed, where that was later than their own row.
std::string sample_statement(std::string_view source);

/// Sees to the partitions of the months that months_of() names.
inline constexpr std::string_view months_statement = R"(
SELECT store.ensure_month(month::date) FROM jsonb_array_elements_text($2::jsonb) m(month)
WHERE $1::bigint IS NOT NULL)";

boost::json::array months_of(const std::vector<model::Instant>& times);

/// Readings of one object follow one another: each round holds at most one of each, by their
/// media_id and observed_at.
std::vector<boost::json::array> rounds_of(const boost::json::array& rows);

} // namespace insightd::storage
