#pragma once

#include "config/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace insightd::graph
{

/// What a login asks of the person in the browser.
struct AuthorizeWish {
    std::string redirect_uri; ///< as registered with the app, to the letter
    std::vector<std::string> scopes;
    std::string state;          ///< comes back with the answer
    bool force_reauth = false;  ///< ask for name and password even of who is logged in
    bool hide_facebook = false; ///< Instagram: no "Log in with Facebook"
};

/// The URL to open in a browser. Source: graph-api.md section 2.1 (Instagram), section 1
/// (Facebook).
std::string authorize_url(const config::Api& api, config::Login login, const AuthorizeWish& wish);

} // namespace insightd::graph
