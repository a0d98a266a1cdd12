#include "tests/sandbox/scopes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace insightd::sandbox
{
namespace
{

Scopes needed_for(Host host, const std::string& edge)
{
    auto needed = host == Host::instagram ? Scopes{"instagram_business_basic"}
                                          : Scopes{"instagram_basic", "pages_read_engagement"};
    if (edge == "insights" || edge == discovery_edge)
        needed.emplace_back(
            host == Host::instagram ? "instagram_business_manage_insights"
                                    : "instagram_manage_insights");
    if (edge == "content_publishing_limit")
        needed.emplace_back(
            host == Host::instagram ? "instagram_business_content_publish"
                                    : "instagram_content_publish");
    for (const auto* of_comments : {"tags", "comments", "replies", "mentions"})
        if (edge == of_comments)
            needed.emplace_back(
                host == Host::instagram ? "instagram_business_manage_comments"
                                        : "instagram_manage_comments");
    return needed;
}

} // namespace

const Scopes& known_scopes(Host host)
{
    // The older business_basic and its like died on 2025-01-27.
    static const Scopes instagram{
        "instagram_business_basic", "instagram_business_manage_insights",
        "instagram_business_manage_messages", "instagram_business_manage_comments",
        "instagram_business_content_publish"};
    static const Scopes facebook{
        "public_profile",
        "email",
        "instagram_basic",
        "instagram_manage_insights",
        "pages_show_list",
        "pages_read_engagement",
        "pages_messaging",
        "instagram_manage_messages",
        "business_management",
        "ads_management",
        "ads_read",
        "instagram_manage_comments",
        "instagram_content_publish",
        "pages_manage_metadata"};
    return host == Host::instagram ? instagram : facebook;
}

Scopes scopes_in(const std::string& text)
{
    Scopes scopes;
    std::string scope;
    for (const char c : text + ",") {
        if (c != ',' && c != ' ')
            scope += c;
        else if (!scope.empty())
            scopes.push_back(std::exchange(scope, {}));
    }
    return scopes;
}

std::string text_of(const Scopes& scopes)
{
    return fmt::format("{}", fmt::join(scopes, ","));
}

bool contains(const Scopes& scopes, const std::string& scope)
{
    return std::ranges::find(scopes, scope) != scopes.end();
}

std::string missing_scope(Host host, const std::string& edge, const Scopes& granted)
{
    for (const auto& scope : needed_for(host, edge))
        if (!contains(granted, scope))
            return scope;
    return {};
}

} // namespace insightd::sandbox
