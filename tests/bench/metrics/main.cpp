#include "daemon/clock.hpp"
#include "daemon/engine.hpp"
#include "daemon/pages.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/bench/thread_time.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/core.h>

#include <algorithm>

// How long the event loop does nothing else while one answer to /metrics, or to /readyz, is made.
namespace insightd
{
namespace
{

constexpr model::AccountId first_account = 17'841'400'000'000'000;

config::Config config_of(std::size_t accounts, const std::filesystem::path& folder)
{
    config::Config config;
    config.database_url = "host=/nowhere";
    config.state_dir = folder;
    for (std::size_t at = 0; at < accounts; ++at) {
        auto& account = config.accounts.emplace_back();
        account.name = fmt::format("shop_{}", at);
        account.user_id = first_account + static_cast<model::AccountId>(at);
        account.token =
            config::SecretReference{config::SecretReference::Kind::env, "PATH"}; // any text will do
    }
    return config;
}

/// What the pages are made of; no database is asked, so that tokens come from elsewhere.
class Daemon
{
public:
    Daemon(std::size_t accounts, const std::filesystem::path& folder)
        : config_{config_of(accounts, folder)},
          store_{loop_.get_executor(), config_, *clock_, "host=/nowhere"},
          tokens_{
              {config_, *clock_, transport_, store_.database, pause_, &store_.writer,
               &store_.cache}},
          engine_{
              {loop_.get_executor(), config_, *clock_, transport_, store_.writer, tokens_, pause_},
              daemon::Engine::StorePatience::wait}
    {
        for (const auto& account : config_.accounts)
            testing::run(loop_, tokens_.look_after(account));
    }

    http::Answer answer(const std::string& path) { return pages_.answer({path, ""}); }

private:
    boost::asio::io_context loop_{1};
    std::unique_ptr<daemon::Clock> clock_ = daemon::make_clock({});
    graph::Transport transport_{loop_.get_executor(), daemon::transport_limits({})};
    graph::Pause pause_ = daemon::pause_between_tries(loop_.get_executor(), *clock_);
    config::Config config_;
    daemon::Store store_;
    daemon::TokenKeeper tokens_;
    daemon::Engine engine_;
    daemon::Pages pages_{config_, *clock_, engine_, tokens_, store_.writer};
};

void measure(Daemon& daemon, const std::string& path, int times)
{
    std::vector<double> took;
    std::size_t bytes = 0;
    for (int time = 0; time < times; ++time) {
        const auto begun = milliseconds_of_work();
        bytes = daemon.answer(path).body.size();
        took.push_back(milliseconds_of_work() - begun);
    }
    std::ranges::sort(took);
    fmt::print(
        "{:<12}{:>10.1f}{:>10.1f}{:>12}\n", path, took.at(took.size() / 2), took.back(), bytes);
}

} // namespace
} // namespace insightd

int main(int argc, char** argv)
{
    std::size_t accounts = 10'000;
    int times = 11;
    CLI::App app{"How long the event loop does nothing else while one answer is made."};
    app.add_option("--accounts", accounts, "in the configuration");
    app.add_option("--times", times, "each is made")->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    const insightd::testing::ScratchFolder folder;
    insightd::Daemon daemon{accounts, folder.path()};
    fmt::print("{} accounts\n", accounts);
    fmt::print("{:<12}{:>10}{:>10}{:>12}\n", "ms", "median", "longest", "bytes");
    for (const auto* path : {"/metrics", "/readyz"})
        insightd::measure(daemon, path, times);
}
