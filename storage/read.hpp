#pragma once

#include "storage/model/history.hpp"

#include <pqxx/pqxx>

#include <vector>

/// What the daemon reads back.
namespace insightd::storage
{

std::vector<model::AccountHistory>
read_history(pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts);

std::vector<model::Health> read_health(pqxx::transaction_base& tx);

} // namespace insightd::storage
