#include "storage/spool/rows.hpp"

#include <fmt/format.h>

namespace insightd::spool
{
namespace
{

model::Worth worth_in(std::int64_t number)
{
    return number == 0 ? model::Worth::refetchable : model::Worth::irreplaceable;
}

} // namespace

std::optional<std::int64_t> count_or_none(const std::optional<model::Instant>& instant)
{
    return instant ? std::optional{instant->time_since_epoch().count()} : std::nullopt;
}

std::optional<model::Instant> instant_or_none(const std::optional<std::int64_t>& count)
{
    return count ? std::optional{model::Instant{std::chrono::microseconds{*count}}} : std::nullopt;
}

Stored stored_in(const Query& query)
{
    Stored stored;
    auto& record = stored.record;
    record.seq = query.number(0);
    record.account_id = query.number(1);
    record.worth = worth_in(query.number(2));
    record.contents.collector = query.bytes(3);
    record.contents.rows = static_cast<std::size_t>(query.number(4));
    record.contents.first_at = instant_or_none(query.number_or_none(5));
    record.contents.last_at = instant_or_none(query.number_or_none(6));
    stored.body = query.bytes(7);
    stored.checksums = query.bytes(8);
    auto steps = unpacked(stored.body);
    stored.unpacks = steps.has_value();
    if (steps)
        record.steps = std::move(*steps);
    return stored;
}

bool is_whole(const Stored& stored)
{
    return stored.unpacks && is_whole(stored.record, stored.body, stored.checksums);
}

UntoldLoss loss_in(const Query& query)
{
    UntoldLoss untold;
    untold.account_id = query.number(0);
    auto& loss = untold.loss;
    loss.worth = worth_in(query.number(1));
    loss.collector = query.bytes(2);
    loss.rows = query.number_or_none(3);
    loss.first_at = instant_or_none(query.number_or_none(4));
    loss.last_at = instant_or_none(query.number_or_none(5));
    loss.lost_at = model::Instant{std::chrono::microseconds{query.number(6)}};
    loss.reason = query.bytes(7);
    loss.id = query.bytes(8);
    return untold;
}

void bind_head(Query& query, const Record& record)
{
    query.bind(record.account_id).bind(static_cast<std::int64_t>(record.worth));
    query.bind_text(record.contents.collector);
    query.bind(static_cast<std::int64_t>(record.contents.rows));
    query.bind(count_or_none(record.contents.first_at));
    query.bind(count_or_none(record.contents.last_at));
}

Depth depth_in(Sqlite& db)
{
    Depth depth;
    Query sums{
        db, fmt::format(
                "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(length(body) + {}), 0) "
                "FROM record",
                weight_of(0))};
    sums.next();
    depth.records = sums.number(0);
    depth.rows = sums.number(1);
    depth.bytes = sums.number(2);
    Query oldest{db, "SELECT first_at FROM record ORDER BY seq LIMIT 1"};
    if (oldest.next())
        depth.oldest = instant_or_none(oldest.number_or_none(0));
    depth.set_aside = db.number("SELECT count(*) FROM set_aside");
    depth.untold = untold_in(db);
    return depth;
}

std::int64_t untold_in(Sqlite& db)
{
    return db.number("SELECT coalesce(sum(rows), 0) FROM loss");
}

} // namespace insightd::spool
