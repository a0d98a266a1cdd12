#include "daemon/advice.hpp"

#include "daemon/reaction.hpp"
#include "daemon/token_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace insightd::daemon
{
namespace
{

using graph::FailureClass;

std::optional<FailureClass> failure_named(std::string_view name)
{
    constexpr auto last = static_cast<int>(FailureClass::held_back);
    for (int kind = 0; kind <= last; ++kind)
        if (graph::to_string(static_cast<FailureClass>(kind)) == name)
            return static_cast<FailureClass>(kind);
    return std::nullopt;
}

/// The permission that a collector needs beyond those that every token has, and who is not given
/// it.
struct Permission {
    std::string_view collector;
    std::string_view needed;
    std::string_view caveat;
};

constexpr std::string_view comments_permission = "the permission to manage comments";
constexpr std::string_view comments_caveat = ": not every login is given it";

constexpr std::array permissions{
    Permission{"conversations", "the permission to manage messages", ""},
    Permission{
        "publishing_limit",
        "the permission to publish content, which the platform wants for reading the limit,", ""},
    Permission{"tags", comments_permission, comments_caveat},
    Permission{"comments", comments_permission, comments_caveat},
    Permission{"mentions", comments_permission, comments_caveat},
};

std::string advice(std::string_view collector, FailureClass kind, const config::Account& account)
{
    if (kind == FailureClass::needs_login)
        return login_command(account);
    const auto* own = std::ranges::find(permissions, collector, &Permission::collector);
    if (kind == FailureClass::no_permission && own != permissions.end())
        return fmt::format(
            "grant {} and make a new token, or write `{}: off`{}", own->needed, collector,
            own->caveat);
    return reaction_to(kind).advice;
}

} // namespace

std::string advice_for(Job job, FailureClass kind, const config::Account& account)
{
    return advice(collector_of(job), kind, account);
}

std::string
advice_for(std::string_view collector, std::string_view error_class, const config::Account& account)
{
    const auto kind = failure_named(error_class);
    return kind ? advice(collector, *kind, account) : "";
}

} // namespace insightd::daemon
