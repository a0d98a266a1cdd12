#pragma once

#include "storage/spool/spool_file.hpp"
#include "storage/spool/sqlite.hpp"

/// The rows of the spool's own tables. Only .cpp files of this folder include it.
namespace insightd::spool
{

inline constexpr auto select_records = "SELECT seq, account_id, worth, collector, rows, first_at, "
                                       "last_at, body, checksum FROM record ";

inline constexpr auto select_losses =
    "SELECT account_id, worth, collector, rows, first_at, last_at, lost_at, reason, loss_id "
    "FROM loss";

/// A record as it stands in the file: nothing of it is to be believed before is_whole().
struct Stored {
    Record record;
    std::string body, checksums;
    bool unpacks = false; ///< its steps do
};

/// Of a query that begins with select_records. The steps are unpacked where they can be.
Stored stored_in(const Query& query);
bool is_whole(const Stored& stored);

/// Of a query that begins with select_losses.
UntoldLoss loss_in(const Query& query);

/// account_id, worth, collector, rows, first_at, last_at
void bind_head(Query& query, const Record& record);

Depth depth_in(Sqlite& db);

/// Depth::untold alone.
std::int64_t untold_in(Sqlite& db);

std::optional<std::int64_t> count_or_none(const std::optional<model::Instant>& instant);
std::optional<model::Instant> instant_or_none(const std::optional<std::int64_t>& count);

} // namespace insightd::spool
