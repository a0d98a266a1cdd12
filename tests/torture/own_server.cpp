#include "tests/torture/own_server.hpp"

#include "storage/server_programs.hpp"
#include "storage/server_user.hpp"

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

constexpr auto longest_end = 60s;

std::string at(const std::string& url, const fs::path& socket)
{
    return fmt::format("host={}{}", socket.string(), url.substr(url.find(' ')));
}

} // namespace

OwnServer::OwnServer() : postgres_{folder_.path()}, url_{postgres_.url()} {}

fs::path OwnServer::socket() const
{
    constexpr std::string_view before{"host="};
    const auto folder = url_.substr(before.size(), url_.find(' ') - before.size());
    return fs::path{folder} / ".s.PGSQL.5432";
}

std::string OwnServer::user() const
{
    return storage::ServerUser{}.name();
}

void OwnServer::run(std::vector<std::string> program) const
{
    const auto name = program.front();
    program.front() = (storage::server_programs() / name).string();
    if (storage::ServerUser{}.run(program, home() / "torture.log") != 0)
        throw std::runtime_error{name + " failed"};
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
    const auto until = std::chrono::steady_clock::now() + longest_end;
    while (id() > 0) {
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error{"the server did not end within 60 s"};
        std::this_thread::sleep_for(5ms);
    }
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

void OwnServer::add_standby()
{
    const auto copy = home() / "standby", place = home() / "standby.socket";
    fs::remove_all(copy);
    fs::create_directories(place);
    storage::ServerUser{}.take(place);
    run({"pg_basebackup", "-D", copy.string(), "-R", "-c", "fast", "-d", url_});
    run(
        {"pg_ctl", "start", "-D", copy.string(), "-l", (home() / "standby.log").string(), "-o",
         fmt::format("-k {} -c listen_addresses='' -c jit=off", place.string()), "-w", "-s"});
    const auto ask = [&](const char* sql) { return insightd::testing::query1(url_, sql); };
    insightd::testing::query(url_, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    ask("SELECT pg_reload_conf()");
    while (ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1")
        std::this_thread::sleep_for(10ms);
}

void OwnServer::fail_over()
{
    send(SIGKILL);
    wait_for_end();
    run({"pg_ctl", "promote", "-D", (home() / "standby").string(), "-w", "-s"});
    url_ = at(url_, home() / "standby.socket");
}

void OwnServer::move_back()
{
    run({"pg_ctl", "stop", "-D", (home() / "standby").string(), "-m", "fast", "-w", "-s"});
    fs::remove_all(data());
    fs::rename(home() / "standby", data());
    url_ = postgres_.url();
    start();
}

} // namespace insightd::torture
