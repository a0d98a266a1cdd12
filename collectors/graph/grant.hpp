#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "config/secret.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the token endpoints answer.
namespace insightd::graph
{

/// A token that was granted, exchanged or refreshed.
struct Grant {
    config::Secret token;
    std::optional<std::chrono::seconds> expires_in; ///< nothing: the platform did not say
    std::vector<std::string> permissions;           ///< empty if the platform did not say
    std::optional<std::int64_t> user_id; ///< app-scoped or professional: the sources disagree
};

/// Reads a code exchange, long-lived exchange or refresh: `{"data":[{…}]}` or flat, ids as number
/// or string, permissions as list or comma string. Malformed without a token. Source: graph-api.md
/// section 2.1.
Outcome<Grant> decode_grant(const boost::json::value& body);

/// What debug_token says of a token. Source: graph-api.md section 2.2.
struct TokenReport {
    bool is_valid = false;
    std::string type; ///< USER, PAGE, SYSTEM_USER; empty if not said
    std::optional<config::Instant> issued_at;
    std::optional<config::Instant> expires_at; ///< nothing: never (0), or not said
    std::optional<config::Instant> data_access_expires_at;
    std::vector<std::string> scopes;
    std::string error; ///< why it is not valid, in the platform's words
};

/// Malformed without `data`.
Outcome<TokenReport> decode_token_report(const boost::json::value& body);

/// A Page that a Facebook user may act for, and the account that is linked to it.
struct Page {
    std::string id;
    std::string name;
    config::Secret token;                     ///< empty if the platform gave none
    std::optional<std::int64_t> instagram_id; ///< nothing: no account is linked
    std::string instagram_username;
};

/// One row of /me/accounts; nothing for a row without an id.
/// Source: graph-api.md section 2.2, "Page token".
std::optional<Page> decode_page(const boost::json::value& row);

} // namespace insightd::graph
