#include "daemon/token_scopes.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace insightd::daemon
{
namespace
{

using config::Collector;
using config::Login;

/// Collectors as bits.
constexpr unsigned bit(Collector collector)
{
    return 1U << static_cast<unsigned>(collector);
}

constexpr unsigned everything = ~0U;
constexpr unsigned insights =
    bit(Collector::media_insights) | bit(Collector::stories) | bit(Collector::account_insights);

/// Source: Meta's pages "Tags", "Comments", "Mentioned Media", section Permissions.
constexpr unsigned public_edges =
    bit(Collector::tags) | bit(Collector::comments) | bit(Collector::mentions);

struct Scope {
    Login login;
    std::string_view name;
    unsigned collectors; ///< that fail without it
    bool needed = true;  ///< else only asked for: some logins work without
};

constexpr std::array scopes{
    Scope{Login::instagram, "instagram_business_basic", everything},
    Scope{Login::instagram, "instagram_business_manage_insights", insights},
    Scope{Login::facebook, "instagram_basic", everything},
    Scope{Login::facebook, "pages_read_engagement", everything},
    Scope{Login::facebook, "instagram_manage_insights", insights | bit(Collector::competitors)},
    Scope{Login::instagram, "instagram_business_manage_messages", bit(Collector::conversations)},
    Scope{Login::facebook, "instagram_manage_messages", bit(Collector::conversations)},
    Scope{Login::facebook, "pages_messaging", bit(Collector::conversations), false},
    Scope{Login::instagram, "instagram_business_content_publish", bit(Collector::publishing_limit)},
    Scope{Login::facebook, "instagram_content_publish", bit(Collector::publishing_limit)},
    Scope{Login::instagram, "instagram_business_manage_comments", public_edges},
    Scope{Login::facebook, "instagram_manage_comments", public_edges},
    // To find the Page; those that belong to a business are not listed without the second.
    Scope{Login::facebook, "pages_show_list", everything, false},
    Scope{Login::facebook, "business_management", everything, false},
};

std::vector<std::string> collectors_on(const config::Account& account, unsigned bits)
{
    std::vector<std::string> names;
    for (const auto& [collector, on] : account.collect)
        if (on && (bits & bit(collector)) != 0)
            names.emplace_back(to_string(collector));
    return names;
}

bool concerns(const Scope& scope, const config::Account& account)
{
    return scope.login == account.login && !collectors_on(account, scope.collectors).empty();
}

} // namespace

std::vector<std::string> scopes_to_ask(const config::Account& account)
{
    std::vector<std::string> names;
    for (const auto& scope : scopes)
        if (concerns(scope, account))
            names.emplace_back(scope.name);
    return names;
}

std::vector<MissingScope>
missing_scopes(const config::Account& account, const std::vector<std::string>& granted)
{
    std::vector<MissingScope> missing;
    for (const auto& scope : scopes)
        if (!granted.empty() && scope.needed && concerns(scope, account) &&
            std::ranges::find(granted, scope.name) == granted.end())
            missing.push_back(
                {std::string{scope.name},
                 fmt::format("{}", fmt::join(collectors_on(account, scope.collectors), ", "))});
    return missing;
}

} // namespace insightd::daemon
