#include "config/config.hpp"

#include <array>

namespace insightd::config
{

const App& app_of(const Api& api, Login login)
{
    return login == Login::instagram && api.instagram_app ? *api.instagram_app : api.app;
}

std::string_view to_string(Collector collector)
{
    static constexpr std::array<std::string_view, 12> names{
        "profile",          "media",         "media_insights",   "stories",
        "account_insights", "conversations", "publishing_limit", "competitors",
        "live_media",       "tags",          "comments",         "mentions"};
    return names.at(static_cast<std::size_t>(collector));
}

std::string_view to_string(Login login)
{
    return login == Login::instagram ? "instagram" : "facebook";
}

} // namespace insightd::config
