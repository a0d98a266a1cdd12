#pragma once

#include <map>
#include <string>
#include <string_view>

/// Names and values as they travel: in a query, in a form, in a redirect.
namespace insightd::sandbox
{

using Params = std::map<std::string, std::string>;

/// %41 is a letter, + a blank.
std::string unescaped(std::string_view text);

/// A blank is +, everything but unreserved characters is escaped.
std::string form_escaped(std::string_view text);

/// "a=1&b=2"
Params url_encoded_fields(std::string_view text);

/// Fields of a POST body: application/x-www-form-urlencoded or multipart/form-data; none of any
/// other type.
Params form_fields(std::string_view content_type, std::string_view body);

} // namespace insightd::sandbox
