#include "tests/support/private_postgres.hpp"

#include "storage/embedded_postgres.hpp"

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

struct Server {
    ScratchFolder folder;
    storage::EmbeddedPostgres postgres{folder.path()};
};

Server& server()
{
    static Server the_one;
    return the_one;
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
    static int number = 0;
    const auto name = "test_" + std::to_string(++number);
    auto url = server().postgres.url();
    query(url, "CREATE DATABASE " + name);
    const std::string usual{"dbname=insights"};
    return url.replace(url.find(usual), usual.size(), "dbname=" + name);
}

void allow_connections(const std::string& url, bool allowed)
{
    const auto begin = url.find("dbname=") + 7;
    const auto name = url.substr(begin, url.find(' ', begin) - begin);
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
