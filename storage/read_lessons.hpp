#pragma once

#include "storage/model/history.hpp"

#include <pqxx/pqxx>

#include <string>
#include <vector>

namespace insightd::storage
{

/// Lessons that hold, each in the history of the account whose object it is about; those of kinds
/// of objects, whoever taught them, in the first history. `ids` is an array of accounts as SQL
/// text.
void add_lessons(
    pqxx::transaction_base& tx, const std::string& ids,
    std::vector<model::AccountHistory>& histories);

} // namespace insightd::storage
