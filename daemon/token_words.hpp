#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "storage/model/time.hpp"

#include <string>

/// What is said of tokens: why one cannot be used, dates, and the commands that mend them.
namespace insightd::daemon
{

/// A token that cannot be used; `reason` says why.
graph::Failure needs_login(std::string reason);

/// Nothing is wrong, but it cannot be done at this moment.
graph::Failure not_now(std::string reason);

/// "2026-03-01 12:00 UTC"
std::string date_words(model::Instant instant);

/// "insightd login shop" for a token of the vault; for others, where to put a new one.
std::string login_command(const config::Account& account);

/// "insightd token refresh shop"
std::string renew_command(const config::Account& account);

} // namespace insightd::daemon
