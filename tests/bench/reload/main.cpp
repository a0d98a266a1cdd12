#include "collectors/catalog.hpp"
#include "daemon/clock.hpp"
#include "daemon/engine.hpp"
#include "daemon/handing_over.hpp"
#include "daemon/reload/reading.hpp"
#include "daemon/replicas/introduction.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/bench/thread_time.hpp"
#include "tests/support/private_postgres.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>

// What a reload takes: of the thread that reads the file, and of the event loop.
namespace insightd
{
namespace
{

constexpr model::AccountId first_account = 17'841'400'000'000'000;

std::string yaml(std::size_t first, std::size_t count, std::string_view defaults)
{
    auto text = fmt::format("database: postgresql:///insights\n{}accounts:\n", defaults);
    for (auto at = first; at < first + count; ++at)
        text += fmt::format(
            "  - name: shop_{0}\n    login: instagram\n    user_id: \"{1}\"\n"
            "    token: {{vault: true}}\n    timezone: Europe/Berlin\n",
            at, first_account + static_cast<model::AccountId>(at));
    return text;
}

/// A daemon's parts that take part in a reload, at work on these accounts; no database is asked.
class Daemon
{
public:
    Daemon(config::Config running, std::size_t posts)
        : config{std::move(running)},
          store_{loop_.get_executor(), config, *clock_, "host=/nowhere"},
          tokens_{{config, *clock_, transport_, store_.database, pause_, nullptr, nullptr}},
          heart_{"host=/nowhere", config.spool.patience},
          replica_{
              loop_.get_executor(), heart_,
              replicas::introduction("bench", daemon::ids_of(config), {})},
          engine_{
              {loop_.get_executor(), config, *clock_, transport_, store_.writer, tokens_, pause_,
               nullptr, nullptr, &replica_.ownership()},
              daemon::Engine::StorePatience::wait}
    {
        replicas::Replica::Worker worker;
        worker.let_go = [this](const auto& accounts) { engine_.let_go(accounts); };
        replica_.works_through(std::move(worker));
        remember(posts);
    }

    /// All that the loop does for it; the longest it does without a breath.
    struct Took {
        double all = 0, longest = 0; ///< milliseconds
    };
    Took hand_over(const reload::Changes& changes)
    {
        boost::asio::co_spawn(
            loop_, daemon::hand_over(changes, engine_, replica_), boost::asio::detached);
        loop_.restart();
        Took took;
        for (bool more = true; more;) {
            const auto before = milliseconds_of_work();
            more = loop_.poll_one() > 0;
            const auto step = milliseconds_of_work() - before;
            took.all += step;
            took.longest = std::max(took.longest, step);
        }
        return took;
    }

    config::Config config;

private:
    void remember(std::size_t posts)
    {
        engine_.take_over(daemon::ids_of(config), {});
        std::vector<model::StoredPost> stored;
        for (const auto& account : config.accounts)
            for (std::size_t post = 0; post < posts; ++post) {
                auto& one = stored.emplace_back();
                one.account_id = account.user_id;
                one.id = account.user_id * 100 + static_cast<model::MediaId>(post);
                one.product_type = "FEED";
                one.published_at = clock_->now() - std::chrono::hours{7} * (post + 1);
            }
        engine_.remember_posts(stored);
        engine_.posts_are_remembered(daemon::ids_of(config));
    }

    boost::asio::io_context loop_{1};
    std::unique_ptr<daemon::Clock> clock_ = daemon::make_clock({});
    graph::Transport transport_{loop_.get_executor(), daemon::transport_limits({})};
    graph::Pause pause_ = daemon::pause_between_tries(loop_.get_executor(), *clock_);
    daemon::Store store_;
    daemon::TokenKeeper tokens_;
    storage::Heart heart_;
    replicas::Replica replica_;
    daemon::Engine engine_;
};

struct Bench {
    std::size_t accounts = 10'000, posts = 50;
    testing::ScratchFolder folder;

    config::Config read(const std::string& text) const
    {
        std::ofstream{folder.path() / "insightd.yaml"} << text;
        return std::get<config::Config>(
            config::load(folder.path() / "insightd.yaml", catalog::vocabulary()));
    }

    void measure(std::string_view what, const std::string& before, const std::string& after) const
    {
        auto running = read(before);
        running.state_dir = folder.path();
        Daemon daemon{std::move(running), posts};
        std::ofstream{folder.path() / "insightd.yaml"} << after;
        const auto begun = milliseconds_of_work();
        const auto reading =
            reload::read(folder.path() / "insightd.yaml", catalog::vocabulary(), daemon.config, 0);
        const auto thread = milliseconds_of_work() - begun;
        const auto took = daemon.hand_over(reading.changes);
        fmt::print("{:<44}{:>10.0f}{:>10.1f}{:>10.1f}\n", what, thread, took.all, took.longest);
    }
};

void measure_all(const Bench& bench)
{
    const auto all = bench.accounts;
    const auto file = [&](std::size_t first, std::size_t count) { return yaml(first, count, ""); };
    fmt::print(
        "{} accounts with {} posts each, ms{:>24}{:>10}{:>10}\n", all, bench.posts, "thread",
        "loop", "longest");
    bench.measure("nothing", file(0, all), file(0, all));
    bench.measure("a hundred added", file(0, all), file(0, all + 100));
    bench.measure("a hundred removed", file(0, all), file(100, all - 100));
    bench.measure(
        "another profile schedule for all", file(0, all),
        yaml(0, all, "defaults: {schedule: {profile: 30m}}\n"));
    bench.measure(
        "another freshness for all, posts replanned", file(0, all),
        yaml(0, all, "defaults: {schedule: {freshness: 10m}}\n"));
    bench.measure("all removed, as many others added", file(0, all), file(all, all));
}

} // namespace
} // namespace insightd

int main(int argc, char** argv)
{
    insightd::Bench bench;
    CLI::App app{"What a reload takes: of the thread that reads the file, and of the event loop."};
    app.add_option("--accounts", bench.accounts, "in the configuration");
    app.add_option("--posts", bench.posts, "of each account");
    CLI11_PARSE(app, argc, argv);
    insightd::measure_all(bench);
}
