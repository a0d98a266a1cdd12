#include "daemon/token_words.hpp"

#include <date/date.h>

namespace insightd::daemon
{

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
