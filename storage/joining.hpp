#pragma once

#include "storage/statement.hpp"

#include <vector>

namespace insightd::storage
{

/// What batches of one account come to, in the order in which they were collected, in few
/// statements of many rows: a statement costs more than a row of it. They leave the same rows as
/// one batch after the other. Statements that wait for one another keep their places, and so do
/// those behind another fence; months are seen to before all the rest. Throws model::Refused for
/// what cannot be put together: rows that are no JSON, or that have no fence while others have one.
std::vector<Step> joined(std::vector<std::vector<Step>> batches);

/// Whether the batch has rows that all accounts share. Many such batches in one transaction, beside
/// another that has them in another order, would wait for each other: each goes by itself.
bool stands_alone(const std::vector<Step>& batch);

} // namespace insightd::storage
