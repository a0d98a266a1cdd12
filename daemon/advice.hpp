#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "daemon/scheduler.hpp"

#include <string>
#include <string_view>

/// What an operator can do about a failure.
namespace insightd::daemon
{

/// In words, or the command; empty where time heals.
std::string advice_for(Job job, graph::FailureClass kind, const config::Account& account);

/// The same of a failed run as the store keeps it: names of insights.collection_health.
std::string advice_for(
    std::string_view collector, std::string_view error_class, const config::Account& account);

} // namespace insightd::daemon
