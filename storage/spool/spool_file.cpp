#include "storage/spool/spool_file.hpp"

#include "storage/spool/rows.hpp"
#include "storage/spool/sqlite.hpp"

#include <algorithm>
#include <array>

namespace insightd::spool
{
namespace
{

constexpr auto full = "the spool was full";
constexpr auto disk_full = "the disk was full";
constexpr auto wrong_checksum = "a record of the spool was damaged";

/// With a full disk somewhat more than is needed must go: rows do not fit where others were.
constexpr std::int64_t spare_bytes = 64 * 1024;

/// Taken out together where there is little room: their pages are some 100 KB of the log.
constexpr std::size_t records_in_piece = 32;

/// Records kept for inspection; older ones go.
constexpr std::int64_t most_set_aside = 1000;

} // namespace

SpoolFile::SpoolFile(std::filesystem::path file, Bounds bounds, model::Instant now)
    : file_{std::move(file)}, damaged_{file_}, reserve_{file_.string() + ".reserve"},
      mark_{file_.string() + ".mark"}, bounds_{bounds}
{
    open(now);
}

SpoolFile::~SpoolFile() = default;

/// Does the work; again, in a new file, if SQLite finds this one damaged. What is counted in memory
/// is counted anew when something went wrong half-way.
template <class Work> auto SpoolFile::mended(model::Instant now, Work work)
{
    if (!db_) // the disk was too full to begin anew
        open(now);
    try {
        return work();
    } catch (const SqliteError& error) {
        if (!error.is_damage()) {
            recount();
            throw;
        }
        begin_anew(error.what(), now);
    }
    return work();
}

bool SpoolFile::append(const Record& record, model::Instant now)
{
    const auto bytes = 2 * weight_of(packed(record.steps).size()) + spare_bytes;
    const auto work = [&] {
        for (;;) {
            try {
                if (!reserve_.take())
                    throw SqliteError{SQLITE_FULL, "the disk has no room beside the reserve"};
                return insert(record, now);
            } catch (const SqliteError& error) {
                recount();
                if (!error.is_full() || !drop_for_full_disk(bytes, now))
                    throw;
            }
        }
    };
    return mended(now, work);
}

bool SpoolFile::insert(const Record& record, model::Instant now)
{
    const auto body = packed(record.steps);
    const auto rows = static_cast<std::int64_t>(record.contents.rows);
    Transaction tx{*db_};
    bool fits = true;
    while (fits && (depth_.bytes + weight_of(body.size()) > bounds_.bytes ||
                    depth_.rows + rows > bounds_.rows))
        fits = drop_oldest(model::Worth::refetchable, full, now) ||
               (record.worth == model::Worth::irreplaceable && drop_oldest({}, full, now));
    if (fits)
        insert_row(record, body);
    else
        note_loss(record, rows, full, now);
    dropping_ = dropping_ || !fits;
    commit(tx);
    return fits;
}

void SpoolFile::insert_row(const Record& record, const std::string& body)
{
    Query insert{
        *db_, "INSERT INTO record (account_id, worth, collector, rows, first_at, last_at, body, "
              "checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
    bind_head(insert, record);
    insert.bind_bytes(body).bind_bytes(checksums_of(record, body)).run();
    newest_ = db_->number("SELECT last_insert_rowid()");
    count(record.account_id, 1);
    depth_.rows += static_cast<std::int64_t>(record.contents.rows);
    depth_.bytes += weight_of(body.size());
}

/// False if there is none that may go.
bool SpoolFile::drop_oldest(
    std::optional<model::Worth> worth, const std::string& why, model::Instant now)
{
    Query oldest{
        *db_,
        std::string{select_records} + "WHERE seq > ? AND (worth = ? OR ?) ORDER BY seq LIMIT 1"};
    oldest.bind(held_through_).bind(static_cast<std::int64_t>(worth.value_or(model::Worth{})));
    oldest.bind(worth ? 0 : 1);
    if (!oldest.next())
        return false;
    const auto stored = stored_in(oldest);
    remove(stored.record.seq);
    note_loss_of(stored, why, now);
    dropping_ = true;
    return true;
}

/// Room is made inside of the file: it cannot grow. False if nothing that may go is left.
bool SpoolFile::drop_for_full_disk(std::int64_t bytes, model::Instant now)
{
    const auto before = depth_.bytes;
    make_room();
    Transaction tx{*db_};
    while (depth_.bytes > before - bytes &&
           drop_oldest(model::Worth::refetchable, disk_full, now)) {
    }
    commit(tx);
    restore_reserve();
    return depth_.bytes < before;
}

std::vector<Record>
SpoolFile::next(std::size_t records, std::size_t bytes, model::Instant now, std::int64_t behind)
{
    const auto work = [&] {
        std::vector<Record> found;
        std::size_t size = 0;
        Transaction tx{*db_};
        Query oldest{*db_, std::string{select_records} + "WHERE seq > ? ORDER BY seq LIMIT ?"};
        oldest.bind(behind).bind(static_cast<std::int64_t>(records));
        while (size < bytes && oldest.next()) {
            auto stored = stored_in(oldest);
            size += stored.body.size();
            if (is_whole(stored)) {
                found.push_back(std::move(stored.record));
                continue;
            }
            put_aside(stored.record, wrong_checksum);
            remove(stored.record.seq);
            note_loss_of(stored, wrong_checksum, now);
            news_ = wrong_checksum;
            damaged_at_ = now;
        }
        commit(tx);
        held_through_ = found.empty() ? behind : found.back().seq;
        return found;
    };
    return mended(now, work);
}

void SpoolFile::acknowledge(const std::vector<std::int64_t>& written, model::Instant now)
{
    try {
        mended(now, [&] { remove_all(written); });
    } catch (const SqliteError& error) {
        if (!error.is_full())
            throw;
        make_room();
        acknowledge_in_pieces(written, now);
        restore_reserve();
    }
}

/// To take much out of the file takes much room in SQLite's log. Each piece uses it anew.
void SpoolFile::acknowledge_in_pieces(std::span<const std::int64_t> written, model::Instant now)
{
    auto most = records_in_piece;
    while (!written.empty()) {
        const auto piece = written.first(std::min(written.size(), most));
        try {
            mended(now, [&] { remove_all(piece); });
        } catch (const SqliteError& error) {
            if (!error.is_full() || std::exchange(most, 1) == 1)
                throw;
            continue;
        }
        reuse_log();
        written = written.subspan(piece.size());
    }
}

void SpoolFile::remove_all(std::span<const std::int64_t> written)
{
    Transaction tx{*db_};
    for (const auto seq : written)
        remove(seq);
    commit(tx);
}

/// What makes room may need some itself.
template <class Work> void SpoolFile::with_reserve(model::Instant now, Work work)
{
    try {
        mended(now, work);
    } catch (const SqliteError& error) {
        if (!error.is_full())
            throw;
        make_room();
        mended(now, work);
        restore_reserve();
    }
}

void SpoolFile::set_aside(
    const Record& record, std::size_t rows, const std::string& why, model::Instant now)
{
    const auto work = [&] {
        Transaction tx{*db_};
        put_aside(record, why);
        remove(record.seq);
        note_loss(record, static_cast<std::int64_t>(rows), why, now);
        commit(tx);
    };
    with_reserve(now, work);
}

void SpoolFile::refuse(Record record, const std::string& why, model::Instant now)
{
    const auto body = packed(record.steps);
    const auto rows = static_cast<std::int64_t>(record.contents.rows);
    const auto work = [&] {
        Transaction tx{*db_};
        insert_row(record, body);
        record.seq = newest_;
        put_aside(record, why);
        remove(record.seq);
        note_loss(record, rows, why, now);
        commit(tx);
    };
    with_reserve(now, work);
}

/// A copy.
void SpoolFile::put_aside(const Record& record, const std::string& why)
{
    Query copy{
        *db_, "INSERT OR REPLACE INTO set_aside (account_id, worth, collector, rows, first_at, "
              "last_at, body, checksum, seq, why) SELECT account_id, worth, collector, rows, "
              "first_at, last_at, body, checksum, seq, ? FROM record WHERE seq = ?"};
    copy.bind_text(why).bind(record.seq).run();
    Query{
        *db_, "DELETE FROM set_aside WHERE seq NOT IN "
              "(SELECT seq FROM set_aside ORDER BY seq DESC LIMIT ?)"}
        .bind(most_set_aside)
        .run();
    depth_.set_aside = db_->number("SELECT count(*) FROM set_aside");
}

/// If it is there.
void SpoolFile::remove(std::int64_t seq)
{
    Query gone{*db_, "DELETE FROM record WHERE seq = ? RETURNING account_id, rows, length(body)"};
    gone.bind(seq);
    while (gone.next()) {
        count(gone.number(0), -1);
        depth_.rows -= gone.number(1);
        depth_.bytes -= weight_of(static_cast<std::size_t>(gone.number(2)));
    }
}

void SpoolFile::count(model::AccountId account, std::int64_t records)
{
    depth_.records += records;
    changes_[account] += records;
    if ((queued_[account] += records) == 0)
        queued_.erase(account);
}

/// Losses of one kind become one row, so that a disk that stays full is not filled by them.
void SpoolFile::note_loss(
    const Record& record, std::optional<std::int64_t> rows, const std::string& why,
    model::Instant now)
{
    Query loss{
        *db_, "INSERT INTO loss (account_id, worth, collector, rows, first_at, last_at, lost_at, "
              "reason, loss_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, lower(hex(randomblob(16)))) "
              "ON CONFLICT (account_id, worth, collector, reason) DO UPDATE SET "
              "rows = rows + excluded.rows, first_at = min(first_at, excluded.first_at), "
              "last_at = max(last_at, excluded.last_at), lost_at = excluded.lost_at"};
    loss.bind(record.account_id).bind(static_cast<std::int64_t>(record.worth));
    loss.bind_text(record.contents.collector).bind(rows);
    loss.bind(count_or_none(record.contents.first_at)).bind(count_or_none(record.contents.last_at));
    loss.bind(now.time_since_epoch().count()).bind_text(why).run();
    dropped_ += rows.value_or(0);
}

/// A record that cannot be believed about whose it is would send people to the wrong account.
void SpoolFile::note_loss_of(const Stored& stored, const std::string& why, model::Instant now)
{
    const auto& record = stored.record;
    if (has_whole_head(record, stored.checksums))
        note_loss(record, static_cast<std::int64_t>(record.contents.rows), why, now);
    else
        note_unknown_loss(why, now);
}

std::vector<UntoldLoss> SpoolFile::losses(model::Instant now)
{
    const auto work = [&] {
        std::vector<UntoldLoss> all;
        Query query{*db_, select_losses};
        while (query.next())
            all.push_back(loss_in(query));
        return all;
    };
    return mended(now, work);
}

void SpoolFile::told(const std::vector<UntoldLoss>& losses, model::Instant now)
{
    const auto work = [&] {
        Transaction tx{*db_};
        for (const auto& told : losses)
            Query{*db_, "DELETE FROM loss WHERE loss_id = ? AND rows IS ? AND lost_at = ?"}
                .bind_text(told.loss.id)
                .bind(told.loss.rows)
                .bind(told.loss.lost_at.time_since_epoch().count())
                .run();
        commit(tx);
    };
    mended(now, work);
}

void SpoolFile::limit_pages(std::int64_t pages)
{
    db_->run("PRAGMA max_page_count = " + std::to_string(pages));
}

/// Who comes in between finds at least what the mark says: it is lowered before, and raised after.
void SpoolFile::commit(Transaction& tx)
{
    note_oldest();
    depth_.untold = untold_in(*db_);
    const auto after = content();
    if (after.waiting < marked_.waiting) {
        marked_.waiting = after.waiting;
        mark_.lower(marked_);
    }
    tx.commit();
    note(after);
}

/// A record's own span may reach further back; the oldest record is what people ask for.
void SpoolFile::note_oldest()
{
    Query oldest{*db_, "SELECT first_at FROM record ORDER BY seq LIMIT 1"};
    depth_.oldest = oldest.next() ? instant_or_none(oldest.number_or_none(0)) : std::nullopt;
}

std::optional<Depth> look_into(const std::filesystem::path& file)
{
    try {
        Sqlite db{file, Sqlite::Access::read_only};
        return depth_in(db);
    } catch (const SqliteError&) {
        return std::nullopt;
    }
}

} // namespace insightd::spool
