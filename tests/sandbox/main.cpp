#include "tests/sandbox/server.hpp"
#include "tests/sandbox/setup.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <date/date.h>
#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <sstream>

namespace insightd::sandbox
{
namespace
{

struct Wish {
    unsigned short instagram_port = 0;
    unsigned short facebook_port = 0;
    std::uint64_t seed = 1;
    std::string anchor;
    std::string start;
    int speed = 1;
    std::size_t accounts = 0;
    int days_of_history = 40;
    int post_every_minutes = 20 * 60;
    std::filesystem::path config;
    std::string database = "embedded";
    std::filesystem::path state_dir = "/tmp/insightd-sandbox";
    Faults faults;
};

Instant machine_time()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Instant instant_of(const std::string& text)
{
    std::istringstream in{text};
    date::sys_time<std::chrono::microseconds> instant;
    in >> date::parse("%FT%TZ", instant);
    if (in.fail())
        throw CLI::ValidationError{text + " is no instant such as 2026-01-02T08:00:00Z"};
    return instant;
}

std::string text_of(Instant instant)
{
    return date::format("%FT%TZ", instant);
}

void add_options(CLI::App& app, Wish& wish)
{
    app.add_option("--instagram-port", wish.instagram_port, "0 takes any free port");
    app.add_option("--facebook-port", wish.facebook_port, "0 takes any free port");
    app.add_option("--seed", wish.seed, "another seed, another world");
    app.add_option("--anchor", wish.anchor, "real instant of the scaled clock; now if not given");
    app.add_option("--start", wish.start, "virtual instant at the anchor; the anchor if not given");
    app.add_option("--speed", wish.speed, "virtual seconds per real one");
    app.add_option("--accounts", wish.accounts, "accounts for measurements; else the three");
    app.add_option("--days-of-history", wish.days_of_history, "posts before the start");
    app.add_option("--post-every", wish.post_every_minutes, "minutes between posts");
    app.add_option("--write-config", wish.config, "write an insightd configuration to this file");
    app.add_option("--database", wish.database, "what the configuration says under `database`");
    app.add_option("--state-dir", wish.state_dir, "what the configuration says under `state_dir`");
    app.add_option("--errors", wish.faults.errors, "share of calls answered by HTTP 500");
    app.add_option("--dead-token-of", wish.faults.dead_token_of, "username");
    app.add_option("--throttled", wish.faults.throttled, "username");
    app.add_flag("--html", wish.faults.html, "answer HTML pages");
    app.add_flag("--truncated", wish.faults.truncated, "cut every body");
    app.add_flag("--cursor-loop", wish.faults.cursor_loop, "lists without an end");
    app.add_option("--most-rows", wish.faults.most_rows, "a larger limit is too much data");
}

int serve(Wish& wish)
{
    const auto anchor = wish.anchor.empty() ? machine_time() : instant_of(wish.anchor);
    const auto start = wish.start.empty() ? anchor : instant_of(wish.start);
    const auto now = [&] { return start + (machine_time() - anchor) * wish.speed; };

    World::Options options;
    options.seed = wish.seed;
    options.start = start;
    options.days_of_history = wish.days_of_history;
    options.post_every = std::chrono::minutes{wish.post_every_minutes};
    const World world{options, wish.accounts > 0 ? many_accounts(wish.accounts) : three_accounts()};
    Api api{world, wish.faults};
    boost::asio::io_context loop{1};
    Server server{loop.get_executor(), api, now, wish.instagram_port, wish.facebook_port};
    boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
    signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });

    if (!wish.config.empty()) {
        Setup setup;
        setup.instagram_url = server.instagram_url();
        setup.facebook_url = server.facebook_url();
        setup.database = wish.database;
        setup.state_dir = wish.state_dir;
        setup.anchor = text_of(anchor);
        setup.start = text_of(start);
        setup.speed = wish.speed;
        write_config(wish.config, setup, world.accounts());
    }
    fmt::print("instagram {}\nfacebook {}\nready\n", server.instagram_url(), server.facebook_url());
    std::fflush(stdout);
    loop.run();
    return 0;
}

} // namespace
} // namespace insightd::sandbox

int main(int argc, char** argv)
{
    CLI::App app{
        "A stand-in of the Graph API on loopback: strict, deterministic, with a clock of its own"};
    insightd::sandbox::Wish wish;
    insightd::sandbox::add_options(app, wish);
    CLI11_PARSE(app, argc, argv);
    return insightd::sandbox::serve(wish);
}
