#pragma once

#include "storage/model/block.hpp"

#include <pqxx/pqxx>

#include <vector>

/// What one instance was told to wait for holds for all of them, and for the next one.
namespace insightd::storage
{

/// Tells the others of these blocks, where they last longer than what is known.
void tell_blocks(pqxx::transaction_base& tx, const std::vector<model::Block>& blocks);

/// All blocks of the last day, over or not.
std::vector<model::Block> read_blocks(pqxx::transaction_base& tx);

} // namespace insightd::storage
