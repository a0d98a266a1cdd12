#include "daemon/token_words.hpp"

#include <date/date.h>

namespace insightd::daemon
{

graph::Failure needs_login(std::string reason)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::needs_login;
    failure.message = std::move(reason);
    return failure;
}

graph::Failure not_now(std::string reason)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::account_throttled; // exit code 75: try again later
    failure.message = std::move(reason);
    return failure;
}

std::string date_words(model::Instant instant)
{
    return date::format("%F %H:%M UTC", std::chrono::floor<std::chrono::minutes>(instant));
}

std::string login_command(const config::Account& account)
{
    if (account.token)
        return "put a new token where the configuration's `token` points: " +
               config::to_string(*account.token);
    return "insightd login " + account.name;
}

std::string renew_command(const config::Account& account)
{
    return "insightd token refresh " + account.name;
}

} // namespace insightd::daemon
