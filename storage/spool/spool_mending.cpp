#include "storage/spool/rows.hpp"
#include "storage/spool/spool_file.hpp"
#include "storage/spool/sqlite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

// Opening the file, and what becomes of one that is damaged.
namespace insightd::spool
{
namespace
{

namespace fs = std::filesystem;

constexpr auto damaged_file = "the file of the spool was damaged";
constexpr auto lost_folder = "the folder of the spool was removed";
constexpr auto short_file = "the file of the spool was cut off";

/// Sorting goes to memory: with a full disk there is no other place. What stands in SQLite's log
/// goes over into the file page by page, which may have to grow for it: each MiB, so that the
/// reserve is more than enough.
constexpr auto pragmas = R"(
    PRAGMA temp_store = MEMORY;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = 16777216;
    PRAGMA wal_autocheckpoint = 256;
)";

/// Instants are microseconds since 1970; worth is 0 for what can be fetched again and 1 for what
/// cannot; body and checksum, which is both of them, are of record.hpp.
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
    PRAGMA application_id = 2;
    PRAGMA user_version = 2;
)";

/// Stands in two places: a file in which they differ is damaged, and not of a newer insightd.
constexpr std::int64_t newest_version = 2;

/// Number of the newest record that was ever put in.
constexpr auto select_newest =
    "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'record'";

/// Rows of a damaged file, up to where it cannot be read. A disk that does not answer at the moment
/// is no damage, unless that goes on: then it is thrown.
class Readable
{
public:
    Readable(Sqlite& db, std::string sql, bool is_patient) : is_patient_{is_patient}
    {
        attempt([&] { query_.emplace(db, sql); });
    }

    bool next()
    {
        bool more = false;
        attempt([&] { more = query_ && query_->next(); });
        return more;
    }

    const Query& row() const { return *query_; }
    bool broke_off() const { return broke_off_; }

private:
    template <class Work> void attempt(Work work)
    {
        try {
            work();
        } catch (const SqliteError& error) {
            if (is_patient_ && error.may_pass())
                throw;
            broke_off_ = true;
        }
    }

    bool is_patient_;
    bool broke_off_ = false;
    std::optional<Query> query_;
};

/// So often a disk that cannot be read is asked again before its rows are given up.
constexpr int most_salvages = 10;

} // namespace

/// A file with which something went wrong half-way is not used: the next piece of work opens it.
template <class Work> void SpoolFile::wholly(Work work)
{
    try {
        work();
    } catch (...) {
        db_.reset();
        throw;
    }
}

void SpoolFile::open(model::Instant now)
{
    fs::create_directories(file_.parent_path());
    fs::permissions(file_.parent_path(), fs::perms::owner_all);
    const auto begin = [&] {
        look_through(now);
        if (depth_.records < left_behind_)
            say_lost_folder(now);
    };
    try {
        wholly(begin);
    } catch (const SqliteError& error) {
        if (!error.is_full())
            throw;
        give_up_reserve();
        wholly(begin);
    }
    left_behind_ = 0;
    reserve_.take();
}

void SpoolFile::leave_folder()
{
    left_behind_ = std::max(left_behind_, depth_.records);
    db_.reset();
    marked_ = {};
}

void SpoolFile::look_through(model::Instant now)
{
    try {
        prepare_file();
        const auto verdict = db_->text("PRAGMA quick_check(1)").value_or("");
        if (verdict != "ok")
            begin_anew(verdict, now);
        else if (!damaged_.unfinished().empty())
            finish_salvage("and the program ended meanwhile", now);
        recount();
        say_if_short(now);
    } catch (const SqliteError& error) {
        if (!error.is_damage())
            throw;
        begin_anew(error.what(), now);
    }
}

void SpoolFile::prepare_file()
{
    damaged_.take_log_along();
    auto db = std::make_unique<Sqlite>(file_, Sqlite::Access::read_write);
    db->run(pragmas);
    const auto version = db->number("PRAGMA user_version");
    if (version > newest_version && version == db->number("PRAGMA application_id"))
        throw std::runtime_error{file_.string() + " is of a newer insightd: install that"};
    db->run(tables);
    db_ = std::move(db);
}

/// What the file says takes the place of what is remembered of it; all of it, or nothing.
void SpoolFile::recount()
{
    const auto depth = depth_in(*db_);
    const auto newest = db_->number(select_newest);
    std::map<model::AccountId, std::int64_t> queued;
    Query accounts{*db_, "SELECT account_id, count(*) FROM record GROUP BY account_id"};
    while (accounts.next())
        queued[accounts.number(0)] = accounts.number(1);
    for (const auto& [account, records] : queued_)
        changes_[account] -= records;
    for (const auto& [account, records] : queued)
        changes_[account] += records;
    depth_ = depth;
    newest_ = newest;
    queued_ = std::move(queued);
}

/// What was put in last is missing, or something else that nobody took out. Numbers that are gone
/// when nothing waits were taken out.
bool SpoolFile::is_short(std::int64_t newest) const
{
    const auto mark = mark_.read();
    return mark &&
           (content().waiting < mark->waiting || (newest < mark->newest && mark->waiting > 0));
}

/// A file that SQLite finds good.
void SpoolFile::say_if_short(model::Instant now)
{
    if (is_short(newest_)) {
        Transaction tx{*db_};
        raise_numbers(mark_.read().value_or(Mark::Content{}).newest);
        note_unknown_loss(short_file, now);
        tx.commit();
        news_ = fmt::format("{}: {} records of it go on", short_file, depth_.records);
        recount();
    }
    note(content());
}

void SpoolFile::say_lost_folder(model::Instant now)
{
    Transaction tx{*db_};
    note_unknown_loss(lost_folder, now);
    commit(tx);
    news_ = fmt::format("{}: it was made anew", lost_folder);
}

/// Of anybody, and nobody knows how much; nothing that waited was older than the mark says.
void SpoolFile::note_unknown_loss(const std::string& why, model::Instant now)
{
    Record any;
    const auto mark = mark_.read();
    if (mark && mark->oldest != 0) {
        any.contents.first_at = instant_or_none(mark->oldest);
        any.contents.last_at = now;
    }
    note_loss(any, std::nullopt, why, now);
    damaged_at_ = now;
}

/// As the file stands now, within a transaction as well.
Mark::Content SpoolFile::content() const
{
    Query losses{*db_, "SELECT count(*), min(first_at), count(first_at) FROM loss"};
    losses.next();
    const auto told_of = losses.number(0);
    auto oldest = count_or_none(depth_.oldest).value_or(std::numeric_limits<std::int64_t>::max());
    if (told_of > 0)
        oldest = losses.number(2) < told_of ? 0 : std::min(oldest, losses.number(1));
    const auto waiting = depth_.records + told_of;
    return {newest_, waiting, waiting > 0 ? oldest : 0};
}

void SpoolFile::note(const Mark::Content& content)
{
    if (content != marked_)
        mark_.write(content);
    marked_ = content;
}

/// The damaged file stays for inspection; what can be read of it goes on in a new one.
void SpoolFile::begin_anew(const std::string& why, model::Instant now)
{
    db_.reset();
    last_given_ = std::max(last_given_, std::exchange(held_through_, 0));
    damaged_.set_apart(now);
    wholly([&] {
        prepare_file();
        finish_salvage(why, now);
    });
}

/// A damaged file gets its last name when what was read of it is on the disk. Until then this is
/// done again, by whatever uses the spool next, in this life or in another.
void SpoolFile::finish_salvage(const std::string& why, model::Instant now)
{
    const auto files = damaged_.unfinished();
    ++salvages_;
    try {
        Transaction tx{*db_};
        raise_numbers(std::max(last_given_, mark_.read().value_or(Mark::Content{}).newest));
        Salvaged all;
        for (const auto& file : files) {
            const auto one = salvage(file, now);
            all = {all.whole && one.whole, std::max(all.newest, one.newest)};
        }
        depth_ = depth_in(*db_);
        if (!all.whole || is_short(all.newest))
            note_unknown_loss(damaged_file, now);
        tx.commit();
    } catch (const SqliteError& error) {
        if (error.is_full())
            give_up_reserve();
        throw;
    }
    salvages_ = 0;
    recount();
    for (const auto& file : files) {
        const auto damaged = damaged_.finish(file, now);
        news_ = fmt::format(
            "{} ({}): it is now {}, and {} records of it go on", damaged_file, why,
            damaged.string(), depth_.records);
    }
    damaged_.keep_few();
}

/// What was handed out and is acknowledged later must not be taken for a new record.
void SpoolFile::raise_numbers(std::int64_t at_least)
{
    Query{*db_, "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'record'"}
        .bind(at_least)
        .run();
    if (db_->changes() == 0)
        Query{*db_, "INSERT INTO sqlite_sequence (name, seq) VALUES ('record', ?)"}
            .bind(at_least)
            .run();
}

/// From the oldest on, and, where that breaks off, from the newest back. What the new file does not
/// take is thrown.
SpoolFile::Salvaged SpoolFile::salvage(const fs::path& damaged, model::Instant now)
{
    Sqlite old{damaged, Sqlite::Access::read_only};
    bool whole = salvage_records(old, "ASC");
    if (!whole)
        salvage_records(old, "DESC");
    Readable losses{old, select_losses, salvages_ < most_salvages};
    while (losses.next()) {
        const auto [account, loss] = loss_in(losses.row());
        Record of;
        of.account_id = account;
        of.worth = loss.worth;
        of.contents = {0, loss.collector, loss.first_at, loss.last_at};
        note_loss(of, loss.rows, loss.reason, now);
    }
    Readable newest{old, select_newest, salvages_ < most_salvages};
    return {whole && !losses.broke_off(), newest.next() ? newest.row().number(0) : 0};
}

/// Up to the first that is there already: it was read from the other end.
bool SpoolFile::salvage_records(Sqlite& old, std::string_view order)
{
    bool whole = true;
    Readable records{
        old, fmt::format("{} NOT INDEXED ORDER BY seq {}", select_records, order),
        salvages_ < most_salvages};
    while (records.next()) {
        const auto stored = stored_in(records.row());
        if (!is_whole(stored))
            whole = false;
        else if (!take_over(stored.record, stored.body, stored.checksums) && order == "DESC")
            break;
    }
    return whole && !records.broke_off();
}

/// False if it is there.
bool SpoolFile::take_over(
    const Record& record, const std::string& body, const std::string& checksums)
{
    Query insert{
        *db_, "INSERT OR IGNORE INTO record (account_id, worth, collector, rows, first_at, "
              "last_at, seq, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    bind_head(insert, record);
    insert.bind(record.seq).bind_bytes(body).bind_bytes(checksums).run();
    return db_->changes() > 0;
}

} // namespace insightd::spool
