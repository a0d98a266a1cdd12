#include "tests/support/private_postgres.hpp"

#include "storage/embedded_postgres.hpp"
#include "storage/migrations.hpp"

#include <pqxx/pqxx>

#include <cstdlib>
#include <stdexcept>

namespace insightd::testing
{
namespace
{

std::string make_folder()
{
    std::string name{"/var/tmp/insightd-test-XXXXXX"};
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error{"no scratch folder in /var/tmp"};
    std::filesystem::permissions(name, std::filesystem::perms{0755});
    return name;
}

/// Processes are killed in tests, never the machine: nothing need reach its disk, unless that is
/// what is measured.
struct Server {
    Server() { reach_disk(false); }

    void reach_disk(bool always) const
    {
        query(postgres.url(), std::string{"ALTER SYSTEM SET fsync = "} + (always ? "on" : "off"));
        query(postgres.url(), "SELECT pg_reload_conf()");
    }

    ScratchFolder folder;
    storage::EmbeddedPostgres postgres{folder.path()};
};

Server& server()
{
    static Server the_one;
    return the_one;
}

std::string url_of(const std::string& name)
{
    auto url = server().postgres.url();
    const std::string usual{"dbname=insights"};
    return url.replace(url.find(usual), usual.size(), "dbname=" + name);
}

std::string name_in(const std::string& url)
{
    const auto begin = url.find("dbname=") + 7;
    return url.substr(begin, url.find(' ', begin) - begin);
}

std::string create_database(const std::string& like)
{
    static int number = 0;
    const auto name = "test_" + std::to_string(++number);
    query(server().postgres.url(), "CREATE DATABASE " + name + " TEMPLATE " + like);
    return url_of(name);
}

/// Made once: to migrate takes longer than to copy.
const std::string& newest_schema()
{
    static const std::string name = [] {
        query(server().postgres.url(), "CREATE DATABASE newest_schema");
        storage::migrate(url_of("newest_schema"), false);
        return "newest_schema";
    }();
    return name;
}

} // namespace

ScratchFolder::ScratchFolder() : path_{make_folder()} {}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string fresh_database()
{
    return create_database("template1");
}

std::string migrated_database()
{
    return create_database(newest_schema());
}

std::string copied_database(const std::string& url)
{
    return create_database(name_in(url));
}

std::string durable_database()
{
    server().reach_disk(true);
    return fresh_database();
}

void drop_database(const std::string& url)
{
    query(server().postgres.url(), "DROP DATABASE " + name_in(url) + " WITH (FORCE)");
}

void allow_connections(const std::string& url, bool allowed)
{
    const auto name = name_in(url);
    const auto& admin = server().postgres.url();
    query(admin, "ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + (allowed ? "true" : "false"));
    if (!allowed)
        query(
            admin,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" +
                name + "'");
}

std::vector<Row> query(const std::string& url, const std::string& sql)
{
    pqxx::connection connection{url};
    pqxx::nontransaction tx{connection};
    std::vector<Row> rows;
    for (const auto& source : tx.exec(sql)) {
        Row row;
        for (const auto& field : source)
            row.push_back(
                field.is_null() ? std::nullopt : std::optional<std::string>{field.c_str()});
        rows.push_back(std::move(row));
    }
    return rows;
}

std::optional<std::string> query1(const std::string& url, const std::string& sql)
{
    const auto rows = query(url, sql);
    if (rows.size() != 1 || rows.front().size() != 1)
        throw std::runtime_error{"not one field: " + sql};
    return rows.front().front();
}

} // namespace insightd::testing
