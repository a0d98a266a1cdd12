#include "storage/export.hpp"

#include "config/suggestion.hpp"
#include "storage/connection.hpp"
#include "storage/raw_connection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace insightd::storage
{
namespace
{

/// Where the day is only known of some rows.
const std::map<std::string_view, std::string_view> time_by_view{
    {"absence", "observed_at"},
    {"conversation_latest", "newest_message_at"},
    {"data_gaps", "begins_at"},
    {"live_broadcasts", "first_seen_at"},
    {"live_viewers", "observed_at"},
    {"mention", "pushed_at"},
    {"mention_history", "observed_at"},
    {"publishing_limit", "observed_at"},
    {"story_push", "pushed_at"},
    {"tagged_media", "first_seen_at"},
    {"tagged_media_history", "observed_at"},
};

/// The first of these that a view has.
constexpr std::array<std::string_view, 4> time_columns{
    "day", "snapshot_on", "published_at", "checked_at"};

bool contains(const std::vector<std::string>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> names_in(const pqxx::result& rows)
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.push_back(row[0].as<std::string>());
    return names;
}

std::vector<std::string> views(pqxx::transaction_base& tx)
{
    return names_in(tx.exec(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
        "n.nspname = 'insights' AND c.relkind = 'v' AND has_schema_privilege(n.oid, 'USAGE') AND "
        "has_table_privilege(c.oid, 'SELECT') ORDER BY 1"));
}

std::vector<std::string> columns_of(pqxx::transaction_base& tx, const std::string& view)
{
    return names_in(tx.exec_params(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('insights.' || "
        "quote_ident($1)) AND attnum > 0 AND NOT attisdropped",
        view));
}

std::string hint(const std::string& wrong, const std::vector<std::string>& names)
{
    const auto near = config::suggestion(wrong, {names.begin(), names.end()});
    return near.empty() ? fmt::format("; there are: {}", fmt::join(names, ", ")) : near;
}

/// The view's name as the contract has it.
std::string known_view(pqxx::transaction_base& tx, const std::string& wanted)
{
    constexpr std::string_view schema{"insights."};
    const auto name = wanted.starts_with(schema) ? wanted.substr(schema.size()) : wanted;
    const auto all = views(tx);
    if (all.empty())
        throw model::Unavailable{
            "this login sees no view: run `insightd migrate`, or let the owner run `insightd "
            "grant-reader`"};
    if (!contains(all, name))
        throw NotPossible{fmt::format("no view '{}'{}", name, hint(name, all))};
    return name;
}

std::string of_accounts(
    pqxx::transaction_base& tx, const ExportWish& wish, const std::vector<std::string>& columns)
{
    if (!contains(columns, "account"))
        throw NotPossible{fmt::format("{} is not of accounts: leave --account out", wish.view)};
    const auto all = names_in(tx.exec("SELECT account FROM insights.account_owner ORDER BY 1"));
    std::vector<std::string> quoted;
    for (const auto& name : wish.accounts) {
        if (!contains(all, name))
            throw NotPossible{fmt::format("no account '{}'{}", name, hint(name, all))};
        quoted.push_back(tx.quote(name));
    }
    return fmt::format("account IN ({})", fmt::join(quoted, ", "));
}

std::string from_then_on(
    pqxx::transaction_base& tx, const ExportWish& wish, const std::string& view,
    const std::vector<std::string>& columns)
{
    const auto column = time_column(view, columns);
    if (!column)
        throw NotPossible{fmt::format("{} tells of now only: leave --since out", view)};
    return fmt::format("{} >= {}", *column, tx.quote(*wish.since));
}

std::string conditions(pqxx::transaction_base& tx, const ExportWish& wish, const std::string& view)
{
    const auto columns = columns_of(tx, view);
    std::vector<std::string> all;
    if (!wish.accounts.empty())
        all.push_back(of_accounts(tx, wish, columns));
    if (wish.since)
        all.push_back(from_then_on(tx, wish, view, columns));
    return all.empty() ? "" : fmt::format(" WHERE {}", fmt::join(all, " AND "));
}

/// JSON holds no control characters, so these never have to be quoted: each line is as it is.
constexpr auto ndjson = R"(COPY (SELECT row_to_json(v) FROM ({}) v) TO STDOUT
(FORMAT csv, DELIMITER e'\x01', QUOTE e'\x02', ESCAPE e'\x02', ENCODING 'UTF8'))";

constexpr auto csv = "COPY ({}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')";

/// The whole of what is to be run, and nothing that the wish could add to it.
std::string copy_statement(const std::string& url, const ExportWish& wish)
{
    const auto connection = translated([&] { return connect(url); });
    try {
        pqxx::read_transaction tx{*connection};
        const auto view = known_view(tx, wish.view);
        const auto select = fmt::format(
            "SELECT * FROM insights.{}{}", tx.quote_name(view), conditions(tx, wish, view));
        return wish.format == ExportWish::Format::csv ? fmt::format(csv, select)
                                                      : fmt::format(ndjson, select);
    } catch (const NotPossible&) {
        throw;
    } catch (const std::exception&) {
        rethrow_translated();
    }
}

[[noreturn]] void broken_off(PGconn* connection)
{
    throw model::Unavailable{"the export broke off: " + last_words(connection)};
}

void run(PGconn* connection, const std::string& sql, ExecStatusType expected)
{
    const RawResult result{PQexec(connection, sql.c_str())};
    if (PQresultStatus(result.get()) != expected)
        broken_off(connection);
}

struct FreesLine {
    void operator()(char* line) const { PQfreemem(line); }
};

/// Hands on what the COPY sends. A row is one message, whatever its text holds.
Exported stream(PGconn* connection, const ExportSink& sink, std::uint64_t header)
{
    Exported exported;
    std::uint64_t lines = 0;
    for (;;) {
        char* text = nullptr;
        const int size = PQgetCopyData(connection, &text, 0);
        const std::unique_ptr<char, FreesLine> line{text};
        if (size == -2)
            broken_off(connection);
        if (size < 0)
            break;
        exported.rows = ++lines - std::min(lines, header);
        exported.bytes += static_cast<std::uint64_t>(size);
        if (!sink({text, static_cast<std::size_t>(size)}, exported))
            return exported;
    }
    const RawResult end{PQgetResult(connection)};
    if (PQresultStatus(end.get()) != PGRES_COMMAND_OK)
        broken_off(connection);
    exported.is_whole = true;
    return exported;
}

} // namespace

std::optional<std::string>
time_column(std::string_view view, const std::vector<std::string>& columns)
{
    if (const auto own = time_by_view.find(view); own != time_by_view.end())
        return std::string{own->second};
    const auto found = std::ranges::find_if(
        time_columns, [&](std::string_view name) { return contains(columns, name); });
    return found == time_columns.end() ? std::nullopt : std::optional{std::string{*found}};
}

Exported export_view(const std::string& url, const ExportWish& wish, const ExportSink& sink)
{
    const auto copy = copy_statement(url, wish);
    const auto connection = connect_raw(url);
    // Who reads slowly is no reason to break off.
    run(connection.get(), "SET statement_timeout = 0; SET timezone = 'UTC'; SET datestyle = 'ISO'",
        PGRES_COMMAND_OK);
    run(connection.get(), copy, PGRES_COPY_OUT);
    return stream(connection.get(), sink, wish.format == ExportWish::Format::csv ? 1 : 0);
}

} // namespace insightd::storage
