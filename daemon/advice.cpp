#include "daemon/advice.hpp"

#include "daemon/reaction.hpp"
#include "daemon/token_words.hpp"

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

std::string advice(bool is_of_messages, FailureClass kind, const config::Account& account)
{
    if (kind == FailureClass::needs_login)
        return login_command(account);
    if (kind == FailureClass::no_permission && is_of_messages)
        return "grant the permission to manage messages and make a new token, or write "
               "`conversations: off`";
    return reaction_to(kind).advice;
}

} // namespace

std::string advice_for(Job job, FailureClass kind, const config::Account& account)
{
    return advice(job == Job::conversations, kind, account);
}

std::string
advice_for(std::string_view collector, std::string_view error_class, const config::Account& account)
{
    const auto kind = failure_named(error_class);
    return kind ? advice(collector == "conversations", *kind, account) : "";
}

} // namespace insightd::daemon
