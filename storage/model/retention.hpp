#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Old readings are thinned, month by month: deploy/docs/retention.md.
namespace insightd::model
{

/// What is to be thinned.
struct ThinOrder {
    AccountId account_id{};
    Instant before; ///< months that ended by then, by the account's clock
    Instant now;
    std::optional<std::int64_t> fence; ///< only if the account's lease is the one of this fence
};

/// Rows that were taken, or would be.
struct ThinnedRows {
    Day month; ///< its first day, by the account's clock
    std::string table;
    std::int64_t rows = 0;

    bool operator==(const ThinnedRows&) const = default;
};

/// One transaction of thinning.
struct ThinStep {
    std::vector<ThinnedRows> taken;
    bool is_over = false; ///< nothing is left to look at
};

/// How far thinning has come, over all accounts of the store.
struct ThinningProgress {
    std::int64_t accounts = 0; ///< all that the store knows
    std::int64_t thinned = 0;  ///< of them, those with months that were looked at
    std::int64_t running = 0;  ///< of these, those with a pass under way
    /// First days, by the accounts' clocks, from which on every reading is stored: of the account
    /// that is farthest back, and of the one that is farthest on; nothing: none was looked at.
    std::optional<Day> slowest, fastest;
    std::int64_t rows = 0; ///< taken so far

    bool operator==(const ThinningProgress&) const = default;
};

} // namespace insightd::model
