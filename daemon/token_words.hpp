#pragma once

#include "config/config.hpp"
#include "storage/model/time.hpp"

#include <string>

/// What is said of tokens: dates, and the commands that mend them.
namespace insightd::daemon
{

/// "2026-03-01 12:00 UTC"
std::string date_words(model::Instant instant);

/// "insightd login shop" for a token of the vault; for others, where to put a new one.
std::string login_command(const config::Account& account);

/// "insightd token refresh shop"
std::string renew_command(const config::Account& account);

} // namespace insightd::daemon
