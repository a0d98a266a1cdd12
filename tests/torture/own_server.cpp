#include "tests/torture/own_server.hpp"

#include "storage/model/writer.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace insightd::torture
{
namespace
{

namespace fs = std::filesystem;
using namespace std::chrono_literals;

} // namespace

OwnServer::OwnServer() : postgres_{folder_.path()} {}

fs::path OwnServer::data() const
{
    return folder_.path() / "postgres/data";
}

pid_t OwnServer::id() const
{
    std::ifstream in{data() / "postmaster.pid"};
    pid_t id = 0;
    in >> id;
    return id > 0 && kill(id, 0) == 0 ? id : 0;
}

std::vector<pid_t> OwnServer::backends() const
{
    std::vector<pid_t> all;
    for (const auto& row : insightd::testing::query(
             url(), "SELECT pid FROM pg_stat_activity WHERE application_name = 'insightd' AND "
                    "datname = current_database()"))
        all.push_back(static_cast<pid_t>(std::stol(*row[0])));
    return all;
}

void OwnServer::send(int signal) const
{
    if (const auto process = id(); process > 0)
        kill(process, signal);
}

void OwnServer::wait_for_end() const
{
    while (id() > 0)
        std::this_thread::sleep_for(5ms);
}

void OwnServer::start()
{
    for (;;) {
        try {
            postgres_.ensure_running();
            insightd::testing::query(url(), "SELECT 1");
            return;
        } catch (const std::exception&) { // its predecessor's processes are not gone yet
            std::this_thread::sleep_for(50ms);
        }
    }
}

void OwnServer::allow_connections(bool allowed) const
{
    auto admin = url();
    const std::string usual{"dbname=insights"};
    admin.replace(admin.find(usual), usual.size(), "dbname=postgres");
    insightd::testing::query(
        admin, fmt::format("ALTER DATABASE insights ALLOW_CONNECTIONS {}", allowed));
    if (!allowed)
        insightd::testing::query(
            admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                   "'insights'");
}

void OwnServer::move_house()
{
    const auto old = folder_.path() / "postgres/data.old";
    fs::remove_all(old);
    fs::rename(data(), old);
    const auto copy = fmt::format("cp -a {} {}", old.string(), data().string());
    if (std::system(copy.c_str()) != 0)
        throw std::runtime_error{"the data could not be copied"};
}

} // namespace insightd::torture
