#include "storage/blocks.hpp"

#include "storage/fields.hpp"

#include <chrono>
#include <map>
#include <string>

namespace insightd::storage
{
namespace
{

/// Known ones are not touched: that would hold up the heartbeats of others.
constexpr auto upsert_block = R"(
INSERT INTO store.budget_block (pool, account_id, until)
SELECT $1, nullif($2::bigint, 0), to_timestamp($3::bigint / 1000000.0)
WHERE NOT EXISTS (SELECT FROM store.budget_block WHERE pool = $1
                  AND until >= to_timestamp($3::bigint / 1000000.0))
ON CONFLICT (pool) DO UPDATE SET until = EXCLUDED.until, told_at = EXCLUDED.told_at
WHERE budget_block.until < EXCLUDED.until)";

/// No block of the platform lasts longer than a day.
constexpr auto select_blocks = R"(
SELECT pool, coalesce(account_id, 0), (extract(epoch FROM until) * 1000000)::bigint
FROM store.budget_block WHERE told_at > clock_timestamp() - interval '1 day' ORDER BY pool)";

std::string pool_of(const model::Block& block)
{
    return block.account_id != 0 ? std::to_string(block.account_id) : block.app;
}

} // namespace

void tell_blocks(pqxx::transaction_base& tx, const std::vector<model::Block>& blocks)
{
    std::map<std::string, const model::Block*> in_order; // as every other instance: no deadlock
    for (const auto& block : blocks)
        in_order.emplace(pool_of(block), &block);
    for (const auto& [pool, block] : in_order)
        tx.exec_params0(
            upsert_block, pool, block->account_id,
            std::chrono::duration_cast<std::chrono::microseconds>(block->until.time_since_epoch())
                .count());
}

std::vector<model::Block> read_blocks(pqxx::transaction_base& tx)
{
    std::vector<model::Block> blocks;
    for (const auto& row : tx.exec(select_blocks)) {
        auto& block = blocks.emplace_back();
        block.account_id = row[1].as<std::int64_t>();
        if (block.account_id == 0)
            block.app = row[0].as<std::string>();
        block.until = instant_in(row[2]);
    }
    return blocks;
}

} // namespace insightd::storage
