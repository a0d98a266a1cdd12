#include "tests/torture/random/ground.hpp"

#include "storage/spool/spool_file.hpp"
#include "tests/sandbox/setup.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include <date/date.h>
#include <fmt/format.h>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

constexpr auto longest_goodbye = 10s;

/// For something that a fault needs, and may not find.
constexpr auto longest_wait = 3s;

/// A signal that comes earlier may end a process before it can do anything about it.
constexpr auto time_to_listen = 2s;

/// Whether a process has locked one of its files.
bool has_lock(pid_t process)
{
    std::error_code gone;
    std::filesystem::directory_iterator entry{fmt::format("/proc/{}/fdinfo", process), gone};
    for (; !gone && entry != std::filesystem::directory_iterator{}; entry.increment(gone)) {
        std::ifstream file{entry->path()};
        const std::string text{std::istreambuf_iterator{file}, {}};
        if (text.find("FLOCK") != std::string::npos)
            return true;
    }
    return false;
}

Platform::Options world(const Ground::Wish& wish, const Pace& pace)
{
    Platform::Options options;
    options.accounts = wish.accounts;
    options.callers = 1;
    options.speed = wish.speed;
    options.seed = wish.seed;
    options.anchor = pace.anchor;
    options.start = pace.start;
    options.adapt = [](sandbox::World::Options& world) { world.days_of_history = 2; };
    return options;
}

std::uint16_t port_in(const std::string& url)
{
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace

/// The clocks change in the US two hours after the start.
Ground::Ground(const Wish& what)
    : wish{what}, dice{what.seed},
      pace{real_now(), Real{date::sys_days{date::year{2026} / 3 / 8}} + 8h, what.speed},
      state{what.full_disk.empty() ? scratch.path() / "state" : what.full_disk / "state"},
      board{scratch.path() / "board"}, platform{world(what, pace)},
      database_line{server.socket()}, daemon{scratch.path()}
{
    const auto& platform_ports = platform.server(0);
    for (const auto& url : {platform_ports.instagram_url(), platform_ports.facebook_url()}) {
        doors.push_back(std::make_unique<Door>(port_in(url), scratch.path()));
        lines.push_back(std::make_unique<Line>(doors.back()->port()));
    }
    sandbox::Setup setup;
    setup.instagram_url = fmt::format("https://127.0.0.1:{}", lines[0]->port());
    setup.facebook_url = fmt::format("https://127.0.0.1:{}", lines[1]->port());
    setup.ca_file = Door::trusted(scratch.path());
    setup.database = fmt::format(
        "\"postgresql://{}@127.0.0.1:{}/insights\"", server.user(), database_line.port());
    setup.state_dir = state;
    setup.anchor = text_of(pace.anchor);
    setup.start = text_of(pace.start);
    setup.speed = wish.speed;
    setup.extra = "defaults: {backfill: {automatic: off}}\n";
    sandbox::write_config(scratch.path() / "insightd.yaml", setup, platform.accounts());
}

void Ground::start_daemon()
{
    lives.push_back({real_now()});
    daemon.start(board.environment(folder()));
}

bool Ground::daemon_runs()
{
    if (!daemon.runs())
        return false;
    const auto code = daemon.ended();
    if (!code)
        return true;
    lives.back().until = real_now();
    ends.push_back({*code, lives.back().from, real_now()});
    return false;
}

bool Ground::stop_daemon()
{
    if (!daemon_runs())
        return true;
    auto& life = lives.back();
    life.told = real_now();
    daemon.send(SIGTERM);
    std::optional<int> code;
    while (!(code = daemon.ended()) && real_now() < life.told + longest_goodbye)
        std::this_thread::sleep_for(5ms);
    if (!code) {
        kill_daemon();
        return false;
    }
    life.until = real_now();
    const bool listened_yet = life.told - life.from > time_to_listen;
    return *code == 0 || (!listened_yet && *code == 128 + SIGTERM);
}

void Ground::kill_daemon()
{
    if (!daemon_runs())
        return;
    daemon.send(SIGKILL);
    daemon.wait();
    lives.back().until = real_now();
    lives.back().was_killed = true;
}

/// Again when it got in the program's way, or the server is only just there.
void Ground::run_sql(const std::string& sql) const
{
    constexpr int most = 100;
    for (int tries = 1;; ++tries) {
        try {
            insightd::testing::query(server.url(), sql);
            return;
        } catch (const std::exception&) {
            if (tries == most)
                throw;
            std::this_thread::sleep_for(50ms);
        }
    }
}

void Ground::cut_off() const
{
    run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
            "'insightd'");
}

/// The mark says that rows wait even in a file that was spoilt since; that none do, the file alone:
/// it is lowered before they leave.
bool Ground::is_drained() const
{
    const auto mark = spool::Mark{spool().string() + ".mark"}.read();
    if (mark && mark->waiting > 0)
        return false;
    const auto waiting = spool::look_into(spool());
    return waiting ? waiting->records == 0 : mark.has_value();
}

void Ground::wait_until_rows_wait() const
{
    for (const auto until = real_now() + longest_wait; is_drained() && real_now() < until;)
        std::this_thread::sleep_for(20ms);
}

void Ground::wait_until_folder_is_taken() const
{
    const auto until = real_now() + longest_wait;
    while (daemon.runs() && !has_lock(daemon.id()) && real_now() < until)
        std::this_thread::sleep_for(1ms);
}

} // namespace insightd::torture
