#pragma once

#include "config/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightd::graph
{

/// RFC 3986: everything but unreserved characters is escaped, save the comma that lists use.
std::string escaped(std::string_view text);

/// `base` + "/" + `path` + "?" + escaped parameters.
std::string url_of(
    std::string_view base, std::string_view path,
    const std::vector<std::pair<std::string, std::string>>& params);

/// The same parameters as application/x-www-form-urlencoded.
std::string form_of(const std::vector<std::pair<std::string, std::string>>& params);

/// The reverse, of a query: a plus is a blank. Nothing for what is not well escaped.
std::optional<std::string> unescaped(std::string_view text);

/// Whether a query parameter of that name holds what must not be shown.
bool is_secret_parameter(std::string_view name);

/// The URL with the values of access_token, appsecret_proof, client_secret, code and input_token
/// replaced by ***: the only form that may be logged.
std::string redacted(std::string_view url);

/// Lower-case hex HMAC-SHA256 of the token under the app secret.
/// Source: graph-api.md section 1.
std::string appsecret_proof(const config::Secret& app_secret, const config::Secret& token);

} // namespace insightd::graph
