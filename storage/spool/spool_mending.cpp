#include "storage/spool/lock.hpp"
#include "storage/spool/rows.hpp"
#include "storage/spool/spool_file.hpp"
#include "storage/spool/sqlite.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

// Opening the file, and what becomes of one that is damaged.
namespace insightd::spool
{
namespace
{

namespace fs = std::filesystem;

constexpr auto damaged_file = "the file of the spool was damaged";

constexpr auto pragmas = R"(
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = 16777216;
)";

/// Instants are microseconds since 1970; worth is 0 for what can be fetched again and 1 for what
/// cannot; body and checksum are of record.hpp.
constexpr auto tables = R"(
    CREATE TABLE IF NOT EXISTS record (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, worth INTEGER NOT NULL,
        collector TEXT NOT NULL, rows INTEGER NOT NULL, first_at INTEGER, last_at INTEGER,
        body BLOB NOT NULL, checksum BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS record_worth ON record (worth, seq);
    CREATE TABLE IF NOT EXISTS set_aside (
        seq INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, worth INTEGER NOT NULL,
        collector TEXT NOT NULL, rows INTEGER NOT NULL, first_at INTEGER, last_at INTEGER,
        body BLOB NOT NULL, checksum BLOB NOT NULL, why TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS loss (
        loss_id TEXT PRIMARY KEY, account_id INTEGER NOT NULL, worth INTEGER NOT NULL,
        collector TEXT NOT NULL, rows INTEGER, first_at INTEGER, last_at INTEGER,
        lost_at INTEGER NOT NULL, reason TEXT NOT NULL,
        UNIQUE (account_id, worth, collector, reason));
    PRAGMA user_version = 1;
)";

constexpr std::int64_t newest_version = 1;

/// "spool.db.damaged-20260301T120000Z", or with a number behind it if there is one already.
fs::path name_for_damaged(const fs::path& file, model::Instant now)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    const auto name = fmt::format(
        "{}.damaged-{:%Y%m%dT%H%M%SZ}", file.string(),
        fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    fs::path free{name};
    for (int number = 2; fs::exists(free); ++number)
        free = fmt::format("{}-{}", name, number);
    return free;
}

void move_away(const fs::path& file, const fs::path& damaged)
{
    std::error_code error;
    for (const char* part : {"", "-wal", "-shm"})
        fs::rename(file.string() + part, damaged.string() + part, error);
}

} // namespace

void SpoolFile::open(model::Instant now)
{
    fs::create_directories(file_.parent_path());
    fs::permissions(file_.parent_path(), fs::perms::owner_all);
    if (!lock_)
        lock_ = std::make_unique<Lock>(file_.string() + ".lock");
    try {
        prepare_file();
        const auto verdict = db_->text("PRAGMA quick_check(1)").value_or("");
        if (verdict == "ok")
            recount();
        else
            begin_anew(verdict, now);
    } catch (const SqliteError& error) {
        if (!error.is_damage())
            throw;
        begin_anew(error.what(), now);
    }
    reserve_.take();
}

void SpoolFile::prepare_file()
{
    auto db = std::make_unique<Sqlite>(file_, Sqlite::Access::read_write);
    db->run(pragmas);
    if (db->number("PRAGMA user_version") > newest_version)
        throw SqliteError{SQLITE_ERROR, file_.string() + " is of a newer insightd: install that"};
    db->run(tables);
    db_ = std::move(db);
}

/// What the file says takes the place of what is remembered of it.
void SpoolFile::recount()
{
    depth_ = depth_in(*db_);
    for (const auto& [account, records] : queued_)
        changes_[account] -= records;
    queued_.clear();
    Query accounts{*db_, "SELECT account_id, count(*) FROM record GROUP BY account_id"};
    while (accounts.next()) {
        queued_[accounts.number(0)] = accounts.number(1);
        changes_[accounts.number(0)] += accounts.number(1);
    }
}

/// The damaged file stays for inspection; what can be read of it goes on in a new one.
void SpoolFile::begin_anew(const std::string& why, model::Instant now)
{
    db_.reset();
    // What was handed out and is acknowledged later must not be taken for a new record.
    const auto last_given = std::exchange(held_through_, 0);
    const auto damaged = name_for_damaged(file_, now);
    move_away(file_, damaged);
    prepare_file();
    Query{*db_, "INSERT INTO sqlite_sequence (name, seq) VALUES ('record', ?)"}
        .bind(last_given)
        .run();
    const bool whole = salvage(damaged, now);
    recount();
    if (!whole)
        note_loss(Record{}, std::nullopt, damaged_file, now);
    news_ = fmt::format(
        "{} ({}): it is now {}, and {} records of it go on", damaged_file, why, damaged.string(),
        depth_.records);
}

/// From the oldest on, and, where that breaks off, from the newest back. False if something could
/// not be read.
bool SpoolFile::salvage(const fs::path& damaged, model::Instant now)
{
    bool whole = true;
    Transaction tx{*db_};
    for (const char* order : {"ASC", "DESC"}) {
        try {
            Sqlite old{damaged, Sqlite::Access::read_only};
            Query records{
                old, fmt::format("{} NOT INDEXED ORDER BY seq {}", select_records, order)};
            while (records.next()) {
                const auto stored = stored_in(records);
                if (!is_whole(stored))
                    whole = false;
                else if (!take_over(stored.record, stored.body, stored.checksum))
                    break; // read from the other end already
            }
            Query losses{old, select_losses};
            while (losses.next()) {
                const auto [account, loss] = loss_in(losses);
                Record of;
                of.account_id = account;
                of.worth = loss.worth;
                of.contents = {0, loss.collector, loss.first_at, loss.last_at};
                note_loss(of, loss.rows, loss.reason, now);
            }
            break;
        } catch (const SqliteError&) {
            whole = false;
        }
    }
    tx.commit();
    return whole;
}

/// False if it is there.
bool SpoolFile::take_over(
    const Record& record, const std::string& body, const std::string& checksum)
{
    Query insert{
        *db_, "INSERT OR IGNORE INTO record (account_id, worth, collector, rows, first_at, "
              "last_at, seq, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    bind_head(insert, record);
    insert.bind(record.seq).bind_bytes(body).bind_bytes(checksum).run();
    return db_->changes() > 0;
}

} // namespace insightd::spool
