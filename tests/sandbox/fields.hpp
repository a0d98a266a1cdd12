#pragma once

#include "tests/sandbox/api.hpp"

/// What the edges with `fields` and `limit` share.
namespace insightd::sandbox
{

/// "a,b{c,d},e" as "a", "b{c,d}", "e"
std::vector<std::string> split_fields(const std::string& text);

/// The fields that are asked for; `id` without any.
std::vector<std::string> fields_of(const Request& request);

/// "children{id,media_type}" is an expansion of the field "children".
std::string plain_name(const std::string& field);

/// "id,media_type" of it; empty without an expansion.
std::string expansion_of(const std::string& field);

Response nonexisting_field(Host host, const std::string& field);
std::optional<Response> duplicate_field(Host host, const std::vector<std::string>& fields);

/// Rows of a page; nothing for what is no number.
std::optional<std::size_t> limit_of(const Request& request);

} // namespace insightd::sandbox
