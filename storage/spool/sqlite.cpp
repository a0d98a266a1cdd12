#include "storage/spool/sqlite.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace insightd::spool
{
namespace
{

/// Another process may look at the file; it never holds it for long.
constexpr int busy_milliseconds = 2000;

/// SQLite would make it readable for everyone.
void make_private(const std::filesystem::path& file)
{
    const int made = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made >= 0)
        close(made);
}

/// What the system said last of the database's file, or of its log. sqlite3_system_errno() tells it
/// too late: what SQLite does to get back to order changes it.
int last_errno(sqlite3* handle, int pointer_to_file)
{
    sqlite3_file* file = nullptr;
    int last = 0;
    if (sqlite3_file_control(handle, "main", pointer_to_file, &file) == SQLITE_OK &&
        file != nullptr && file->pMethods != nullptr)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last);
    return last;
}

int last_errno(sqlite3* handle)
{
    const int of_log = last_errno(handle, SQLITE_FCNTL_JOURNAL_POINTER);
    return of_log != 0 ? of_log : last_errno(handle, SQLITE_FCNTL_FILE_POINTER);
}

} // namespace

/// Our statements are good: what SQLite cannot make sense of is a file that says something else
/// than we wrote, such as "unsupported file format" or "string or blob too big". One that says it
/// must not be written says so itself: whether it may be was looked at when it was opened.
bool SqliteError::is_damage() const
{
    return primary() == SQLITE_CORRUPT || primary() == SQLITE_NOTADB || primary() == SQLITE_ERROR ||
           primary() == SQLITE_TOOBIG || code == SQLITE_READONLY;
}

/// SQLite calls it an I/O error when a quota is full, or a disk that says so only when it is
/// flushed or when the log's index grows. Of others it is not known that room would help: nothing
/// may be dropped for them.
bool SqliteError::is_full() const
{
    static constexpr std::array no_room{ENOSPC, EDQUOT, EFBIG};
    return primary() == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE ||
           (primary() == SQLITE_IOERR && std::ranges::find(no_room, system) != no_room.end());
}

bool SqliteError::may_pass() const
{
    return primary() == SQLITE_IOERR || primary() == SQLITE_CANTOPEN || primary() == SQLITE_NOMEM ||
           primary() == SQLITE_BUSY;
}

Sqlite::Sqlite(const std::filesystem::path& file, Access access)
{
    const bool writes = access == Access::read_write;
    if (writes)
        make_private(file);
    const int flags = writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
    if (code != SQLITE_OK) {
        const std::string text = handle_ != nullptr ? sqlite3_errmsg(handle_) : "no memory";
        sqlite3_close_v2(handle_);
        throw SqliteError{code, file.string() + ": " + text};
    }
    if (writes && sqlite3_db_readonly(handle_, "main") == 1) { // nothing of it was read yet
        sqlite3_close_v2(handle_);
        throw SqliteError{SQLITE_CANTOPEN, file.string() + " may not be written"};
    }
    sqlite3_busy_timeout(handle_, busy_milliseconds);
}

Sqlite::~Sqlite()
{
    sqlite3_close_v2(handle_);
}

void Sqlite::fail() const
{
    throw SqliteError{
        sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_), last_errno(handle_)};
}

void Sqlite::run(const std::string& sql)
{
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail();
}

std::int64_t Sqlite::number(const std::string& sql)
{
    Query query{*this, sql};
    return query.next() ? query.number(0) : 0;
}

std::optional<std::string> Sqlite::text(const std::string& sql)
{
    Query query{*this, sql};
    return query.next() ? std::optional{query.bytes(0)} : std::nullopt;
}

std::int64_t Sqlite::changes() const
{
    return sqlite3_changes64(handle_);
}

Query::Query(Sqlite& db, std::string_view sql) : db_{db}
{
    const int code = sqlite3_prepare_v2(
        db.handle(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
    if (code != SQLITE_OK)
        db.fail();
}

Query::~Query()
{
    sqlite3_finalize(statement_);
}

Query& Query::bind(std::int64_t value)
{
    sqlite3_bind_int64(statement_, ++parameter_, value);
    return *this;
}

Query& Query::bind(const std::optional<std::int64_t>& value)
{
    if (value)
        return bind(*value);
    sqlite3_bind_null(statement_, ++parameter_);
    return *this;
}

Query& Query::bind_text(std::string_view value)
{
    sqlite3_bind_text64(
        statement_, ++parameter_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Query& Query::bind_bytes(std::string_view value)
{
    sqlite3_bind_blob64(statement_, ++parameter_, value.data(), value.size(), SQLITE_TRANSIENT);
    return *this;
}

bool Query::next()
{
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        db_.fail();
    return code == SQLITE_ROW;
}

void Query::run()
{
    while (next()) {
    }
}

std::int64_t Query::number(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Query::number_or_none(int column) const
{
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL)
        return std::nullopt;
    return number(column);
}

std::string Query::bytes(int column) const
{
    const auto* begin = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (begin == nullptr)
        return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Transaction::Transaction(Sqlite& db) : db_{db}
{
    db.run("BEGIN IMMEDIATE");
}

/// SQLite may have rolled back by itself, when the disk was full, say.
Transaction::~Transaction()
{
    if (open_ && sqlite3_get_autocommit(db_.handle()) == 0)
        sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit()
{
    db_.run("COMMIT");
    open_ = false;
}

} // namespace insightd::spool
