#include "collectors/graph/authorize.hpp"

#include "collectors/graph/url.hpp"

#include <fmt/ranges.h>

namespace insightd::graph
{

std::string authorize_url(const config::Api& api, config::Login login, const AuthorizeWish& wish)
{
    std::vector<std::pair<std::string, std::string>> params{
        {"client_id", config::app_of(api, login).id},
        {"redirect_uri", wish.redirect_uri},
        {"response_type", "code"},
        {"scope", fmt::format("{}", fmt::join(wish.scopes, ","))},
        {"state", wish.state}};
    if (login == config::Login::facebook) {
        if (wish.force_reauth)
            params.emplace_back("auth_type", "reauthenticate");
        return url_of(api.login_url.facebook, api.version + "/dialog/oauth", params);
    }
    if (wish.force_reauth)
        params.emplace_back("force_reauth", "true");
    if (wish.hide_facebook)
        params.emplace_back("enable_fb_login", "0");
    return url_of(api.login_url.instagram, "oauth/authorize", params);
}

} // namespace insightd::graph
