#include "storage/readers.hpp"

#include "config/suggestion.hpp"
#include "storage/connection.hpp"
#include "storage/engine_turning.hpp"
#include "storage/migrations.hpp"
#include "storage/raw_connection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::storage
{
namespace
{

struct Known {
    std::string id, name;
};

/// What the login that grants is, and what there is of the reader.
struct Situation {
    std::string grantor, database;
    bool manages_roles = false;
    bool exists = false;
    bool is_on_citus = false;
};

Situation look(pqxx::transaction_base& tx, const std::string& name)
{
    const auto row = tx.exec_params1(
        "SELECT current_user, current_database(), "
        "(SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user), "
        "EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)",
        name);
    return {
        row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<bool>(), row[3].as<bool>(),
        engine_of(tx) == "citus"};
}

void check_name(const std::string& name)
{
    constexpr std::size_t longest = 63;
    if (name.empty() || name.size() > longest || name.starts_with("pg_") || name == "public" ||
        name == "none")
        throw NotPossible{fmt::format("'{}' cannot be the name of a role", name)};
}

std::vector<Known> known_accounts(pqxx::transaction_base& tx)
{
    std::vector<Known> all;
    for (const auto& row : tx.exec("SELECT account_id, name FROM store.account ORDER BY name"))
        all.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    return all;
}

/// An account that left the configuration keeps its name; another may have it now.
Known account_of(const std::vector<Known>& all, const std::string& wanted)
{
    std::vector<Known> found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](const Known& known) {
        return known.name == wanted || known.id == wanted;
    });
    if (found.size() == 1)
        return found.front();
    if (found.size() > 1)
        throw NotPossible{fmt::format(
            "several accounts have been called '{}': give the id, such as {}", wanted,
            found.front().id)};
    std::vector<std::string_view> names;
    for (const auto& known : all)
        names.emplace_back(known.name);
    throw NotPossible{fmt::format("no account '{}'{}", wanted, config::suggestion(wanted, names))};
}

std::vector<Known> accounts_of(pqxx::transaction_base& tx, const ReaderWish& wish)
{
    std::vector<Known> accounts;
    if (!wish.accounts)
        return accounts;
    const auto all = known_accounts(tx);
    for (const auto& wanted : *wish.accounts)
        accounts.push_back(account_of(all, wanted));
    return accounts;
}

void make_role(pqxx::transaction_base& tx, const Situation& now, const std::string& name)
{
    if (now.exists)
        return;
    const auto sql = fmt::format("CREATE ROLE {} LOGIN", tx.quote_name(name));
    if (!now.manages_roles)
        throw NotPossible{fmt::format(
            "there is no role '{}', and {} may not make one: let a superuser run `{}`, then try "
            "again",
            name, now.grantor, sql)};
    tx.exec0(sql);
}

void set_password(
    pqxx::transaction_base& tx, const Situation& now, const ReaderWish& wish,
    const std::string& stored_form)
{
    if (!wish.password)
        return;
    if (!now.manages_roles)
        throw NotPossible{fmt::format(
            "{} may not set passwords: let a superuser do it with `\\password` in psql",
            now.grantor)};
    tx.exec0(
        fmt::format("ALTER ROLE {} PASSWORD {}", tx.quote_name(wish.name), tx.quote(stored_form)));
}

/// Views over many months are estimated so dear that PostgreSQL compiles them first, which takes
/// longer than they do.
std::string settings_sql(pqxx::transaction_base& tx, const Situation& now, const ReaderWish& wish)
{
    return fmt::format(
        "ALTER ROLE {0} IN DATABASE {1} SET statement_timeout = {2}; "
        "ALTER ROLE {0} IN DATABASE {1} SET jit = off",
        tx.quote_name(wish.name), tx.quote_name(now.database),
        std::chrono::milliseconds{wish.statement_timeout}.count());
}

void remember(
    pqxx::transaction_base& tx, const ReaderWish& wish, const std::vector<Known>& accounts)
{
    tx.exec_params0(
        "INSERT INTO insightd.reader (reader, sees_all, sees_messages) VALUES ($1, $2, $3) "
        "ON CONFLICT (reader) DO UPDATE SET sees_all = excluded.sees_all, "
        "sees_messages = excluded.sees_messages, granted_at = excluded.granted_at",
        wish.name, !wish.accounts, wish.messages);
    tx.exec_params0("DELETE FROM insightd.reader_account WHERE reader = $1", wish.name);
    for (const auto& account : accounts)
        tx.exec_params0(
            "INSERT INTO insightd.reader_account (reader, account_id) VALUES ($1, $2) ON CONFLICT "
            "DO NOTHING",
            wish.name, account.id);
}

/// Workers check the tables below the views, where nothing limits a reader.
void check_engine(const Situation& now, const ReaderWish& wish)
{
    if (now.is_on_citus && wish.accounts)
        throw NotPossible{
            "on Citus a login sees all accounts or none: say --all, or keep the accounts in a "
            "database of their own"};
}

/// A reader that has other ways in would see more than it is told it does. On Citus it reads the
/// tables by our own leave.
void check_other_ways(pqxx::transaction_base& tx, const Situation& now, const std::string& name)
{
    for (const auto& row : tx.exec_params(
             "SELECT nspname FROM pg_namespace WHERE nspname IN ('store', 'insightd') AND "
             "has_schema_privilege($1, oid, 'USAGE') AND NOT (nspname = 'store' AND $2)",
             name, now.is_on_citus))
        throw NotPossible{fmt::format(
            "'{}' may use the schema {} already, as a superuser, as the owner or through another "
            "role: a reader needs a login of its own",
            name, row[0].c_str())};
}

/// Whoever makes functions can put one in the place of those that the views call, by search_path.
void check_makes_nothing(pqxx::transaction_base& tx, const std::string& name)
{
    for (const auto& row : tx.exec_params(
             "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)' "
             "AND has_schema_privilege($1, oid, 'CREATE')",
             name))
        throw NotPossible{fmt::format(
            "'{}' may make functions in the schema {}, and could look past its limits with them: "
            "run `REVOKE CREATE ON SCHEMA {} FROM PUBLIC` (or from the role that gave it), then "
            "try again",
            name, row[0].c_str(), row[0].c_str())};
}

/// With the first limited reader, those whom nobody made readers see nothing any more.
void check_nobody_goes_blind(pqxx::transaction_base& tx)
{
    for (const auto& row : tx.exec(
             "SELECT rolname FROM pg_roles WHERE rolcanlogin AND "
             "has_schema_privilege(rolname, 'insights', 'USAGE') AND "
             "has_table_privilege(rolname, 'insights.account_latest', 'SELECT') AND NOT "
             "insightd.sees_all(rolname) AND rolname NOT IN (SELECT reader FROM insightd.reader)"))
        throw NotPossible{fmt::format(
            "'{0}' reads insights by a GRANT that insightd does not know of, and would see nothing "
            "once another login is limited: run `insightd grant-reader {0} --all` first, or take "
            "the right from it",
            row[0].c_str())};
}

void let_connect(pqxx::transaction_base& tx, const Situation& now, const std::string& name)
{
    const auto may =
        tx.exec_params1("SELECT has_database_privilege($1, $2, 'CONNECT')", name, now.database);
    if (!may[0].as<bool>())
        tx.exec0(fmt::format(
            "GRANT CONNECT ON DATABASE {} TO {}", tx.quote_name(now.database),
            tx.quote_name(name)));
}

std::string text_or_none(const char* text)
{
    return text == nullptr ? std::string{} : text;
}

GrantedReader
grant_in(pqxx::transaction_base& tx, const ReaderWish& wish, const std::string& password)
{
    const auto now = look(tx, wish.name);
    check_engine(now, wish);
    const auto accounts = accounts_of(tx, wish);
    make_role(tx, now, wish.name);
    check_other_ways(tx, now, wish.name);
    if (wish.accounts)
        check_makes_nothing(tx, wish.name);
    set_password(tx, now, wish, password);
    const auto settings = settings_sql(tx, now, wish);
    if (now.manages_roles)
        tx.exec0(settings);
    remember(tx, wish, accounts);
    let_connect(tx, now, wish.name);
    tx.exec("SELECT insightd.secure()");
    if (wish.accounts)
        check_nobody_goes_blind(tx);
    GrantedReader granted{!now.exists,
                          text_or_none(tx.conn().hostname()),
                          text_or_none(tx.conn().port()),
                          now.database,
                          {},
                          now.manages_roles ? "" : settings};
    for (const auto& account : accounts)
        granted.accounts.push_back(account.name);
    return granted;
}

/// What it has through another role would now be without limits.
void check_reads_nothing(pqxx::transaction_base& tx, const std::string& name)
{
    const auto may = tx.exec_params1(
        "SELECT has_schema_privilege($1, 'insights', 'USAGE') OR "
        "has_schema_privilege($1, 'insights_text', 'USAGE')",
        name);
    if (may[0].as<bool>())
        throw NotPossible{fmt::format(
            "'{}' would still read insights, through another role: take it out of that first",
            name)};
}

/// A role with any right left cannot be dropped.
void take_connect(pqxx::transaction_base& tx, const Situation& now, const std::string& name)
{
    const auto given = tx.exec_params1(
        "SELECT EXISTS (SELECT 1 FROM pg_database d, aclexplode(d.datacl) a JOIN pg_roles r ON "
        "r.oid = a.grantee WHERE d.datname = $1 AND r.rolname = $2)",
        now.database, name);
    if (given[0].as<bool>())
        tx.exec0(fmt::format(
            "REVOKE CONNECT ON DATABASE {} FROM {}", tx.quote_name(now.database),
            tx.quote_name(name)));
}

bool forget_in(pqxx::transaction_base& tx, const std::string& name)
{
    const auto role = tx.quote_name(name);
    if (tx.exec_params("DELETE FROM insightd.reader WHERE reader = $1", name).affected_rows() == 0)
        return false;
    const auto now = look(tx, name);
    if (!now.exists)
        return true;
    tx.exec0("REVOKE ALL ON ALL TABLES IN SCHEMA insights FROM " + role);
    tx.exec0("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA insights FROM " + role);
    tx.exec0("REVOKE ALL ON SCHEMA insights FROM " + role);
    tx.exec0("REVOKE ALL ON ALL TABLES IN SCHEMA insights_text FROM " + role);
    tx.exec0("REVOKE ALL ON SCHEMA insights_text FROM " + role);
    if (now.is_on_citus) {
        tx.exec0("REVOKE ALL ON ALL TABLES IN SCHEMA store FROM " + role);
        tx.exec0("REVOKE ALL ON SCHEMA store FROM " + role);
    }
    if (now.manages_roles)
        tx.exec0(fmt::format(
            "ALTER ROLE {0} IN DATABASE {1} RESET statement_timeout; "
            "ALTER ROLE {0} IN DATABASE {1} RESET jit",
            role, tx.quote_name(now.database)));
    take_connect(tx, now, name);
    check_reads_nothing(tx, name);
    return true;
}

/// What is thrown in it changes nothing.
template <class Work> auto in_transaction(const std::string& url, Work work)
{
    const auto connection = translated([&] { return connect(url); });
    try {
        pqxx::work tx{*connection};
        tx.exec(schema_lock);
        auto result = work(tx);
        tx.commit();
        return result;
    } catch (const NotPossible&) {
        throw;
    } catch (const std::exception&) {
        rethrow_translated();
    }
}

} // namespace

GrantedReader grant_reader(const std::string& url, const ReaderWish& wish)
{
    check_name(wish.name);
    const auto password = wish.password
                              ? scrambled(connect_raw(url).get(), wish.name, *wish.password)
                              : std::string{};
    return in_transaction(
        url, [&](pqxx::transaction_base& tx) { return grant_in(tx, wish, password); });
}

bool revoke_reader(const std::string& url, const std::string& name)
{
    return in_transaction(url, [&](pqxx::transaction_base& tx) { return forget_in(tx, name); });
}

} // namespace insightd::storage
