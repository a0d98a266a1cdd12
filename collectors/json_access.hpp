#pragma once

#include "storage/model/reading.hpp"
#include "storage/model/time.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reading fields of an answer that may be missing or of another type than documented: whatever
/// does not fit is nothing, never a guess.
namespace insightd::collectors
{

namespace json = boost::json;

/// The member of that name; nullptr if `value` is no object or has none, or it is null.
const json::value* member(const json::value& value, std::string_view name);

/// The array under that name; nullptr if there is none.
const json::array* array_in(const json::value& value, std::string_view name);

std::optional<std::string> text_in(const json::value& value, std::string_view name);
std::optional<bool> flag_in(const json::value& value, std::string_view name);

/// Exact integers; decimal strings count ("17918195224117851"), as the API sends ids both ways.
std::optional<std::int64_t> integer(const json::value& value);
std::optional<std::int64_t> integer_in(const json::value& value, std::string_view name);

/// Whole numbers are exact integers, however they are written (12.0); others, and those beyond 64
/// bits, are doubles; what is too large for one (1e999) is none.
std::optional<model::Number> number(const json::value& value);

/// "2022-07-12T19:11:07+0000", the same with a colon or Z, or unix seconds.
/// Source: graph-api.md section 0, rule 6.
std::optional<model::Instant> instant(const json::value& value);
std::optional<model::Instant> instant_in(const json::value& value, std::string_view name);

/// The value as JSON again; a number that is too large for one (1e999) is null, for it could not be
/// written.
std::string as_text(json::value told);

} // namespace insightd::collectors
