#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

/// The permissions that a login asks for, and why. Source: graph-api.md section 1.
namespace insightd::daemon
{

/// What the account's collectors need, and what finding it takes.
std::vector<std::string> scopes_to_ask(const config::Account& account);

/// A permission that was not granted, and what will not work without it.
struct MissingScope {
    std::string scope;
    std::string needed_for; ///< such as "media_insights, stories"
};

/// Nothing if the platform did not say what it granted.
std::vector<MissingScope>
missing_scopes(const config::Account& account, const std::vector<std::string>& granted);

} // namespace insightd::daemon
