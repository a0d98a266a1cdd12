#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// The little of SQLite that the spool needs. Only .cpp files of this folder include it.
namespace insightd::spool
{

/// What SQLite said no to.
struct SqliteError : std::runtime_error {
    /// `errno_then`: what the system said, where SQLite's code says that it said something.
    SqliteError(int error_code, const std::string& text, int errno_then = 0)
        : std::runtime_error{text}, code{error_code}, system{errno_then}
    {
    }
    /// The file is not, or not any more, what SQLite wrote.
    bool is_damage() const;
    /// The disk, or the space that the file may take, is full.
    bool is_full() const;
    /// The machine could not do it now: another time it may.
    bool may_pass() const;

    int code;   ///< extended
    int system; ///< errno; 0: none

private:
    int primary() const { return code & 0xff; }
};

class Sqlite
{
public:
    enum class Access { read_only, read_write };

    /// Opens or makes the file, mode 0600, with every commit on the disk before it is acknowledged.
    Sqlite(const std::filesystem::path& file, Access access);
    ~Sqlite();
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    /// Statements without parameters and results.
    void run(const std::string& sql);
    std::int64_t number(const std::string& sql);
    std::optional<std::string> text(const std::string& sql);
    std::int64_t changes() const;
    sqlite3* handle() const { return handle_; }

    [[noreturn]] void fail() const;

private:
    sqlite3* handle_ = nullptr;
};

/// A statement with parameters, counted from 1, and columns, counted from 0.
class Query
{
public:
    Query(Sqlite& db, std::string_view sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);
    Query& bind(const std::optional<std::int64_t>& value);
    Query& bind_text(std::string_view value);
    Query& bind_bytes(std::string_view value);

    bool next(); ///< whether there is another row
    void run();  ///< to its end

    std::int64_t number(int column) const;
    std::optional<std::int64_t> number_or_none(int column) const;
    std::string bytes(int column) const; ///< of text, too

private:
    Sqlite& db_;
    sqlite3_stmt* statement_ = nullptr;
    int parameter_ = 0;
};

/// Rolled back unless it was committed.
class Transaction
{
public:
    explicit Transaction(Sqlite& db);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Sqlite& db_;
    bool open_ = true;
};

} // namespace insightd::spool
