#include "tests/bench/scheduling/measures.hpp"

#include "daemon/clock.hpp"
#include "daemon/engine.hpp"
#include "daemon/replicas/introduction.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/core.h>
#include <pqxx/pqxx>

#include <cstdio>
#include <set>
#include <string>
#include <utility>

namespace insightd::bench
{
namespace
{

constexpr model::AccountId first_account = 17'841'400'000'000'000;

config::Config config_of(const Size& size, const std::filesystem::path& state_dir)
{
    config::Config config;
    config.state_dir = state_dir;
    for (std::size_t at = 0; at < size.accounts; ++at) {
        config::Account account;
        account.name = fmt::format("account{}", at);
        account.user_id = first_account + static_cast<model::AccountId>(at);
        for (const auto collector :
             {config::Collector::profile, config::Collector::media,
              config::Collector::media_insights, config::Collector::stories,
              config::Collector::account_insights})
            account.collect[collector] = true;
        account.backfill.automatic = false;
        config.accounts.push_back(std::move(account));
    }
    return config;
}

constexpr auto fill_media = R"(
INSERT INTO store.media (account_id, media_id, product_type, media_type, published_at, facts_at,
    first_seen_at, permalink)
SELECT a.account_id, 17900000000000000 + (a.account_id - 17841400000000000) * 1000000 + p,
       CASE p % 3 WHEN 0 THEN 'REELS' ELSE 'FEED' END, 'VIDEO',
       now() - interval '729 days' * (p - random()) / {0}, now(), now(),
       'https://www.instagram.com/p/' || p || '/'
FROM store.account a, generate_series(1, {0}) p)";

constexpr auto fill_state = R"(
INSERT INTO store.media_state (account_id, media_id, checked_at, numbers_at, row_at, views, reach,
    listed_at, count_row_at, like_count, comments_count, change_per_hour, change_evidence,
    change_unread, change_waited, change_at)
SELECT account_id, media_id, r, r, r, 1000, 900, r, r, 30, 2, 0.5, 5, 0, 0, r
FROM (SELECT *, now() - random() * interval '12 hours' AS r FROM store.media) m)";

constexpr auto fill_collection = R"(
INSERT INTO store.collection (account_id, collector, started_at, last_success_at, calls)
SELECT account_id, 'media_insights', now(), now() - random() * interval '12 hours', 1
FROM store.account)";

constexpr auto fill_days = R"(
INSERT INTO store.account_day (account_id, day, observed_at, day_end, is_final, reach)
SELECT account_id, current_date - d, now(), current_date - d + interval '1 day', d > 2, 100
FROM store.account, generate_series(1, 60) d)";

void fill(const std::string& url, const Size& size)
{
    const auto began = std::chrono::steady_clock::now();
    pqxx::connection db{url};
    pqxx::nontransaction tx{db};
    tx.exec(fmt::format(fill_media, size.posts));
    tx.exec(fill_state);
    tx.exec(fill_collection);
    tx.exec(fill_days);
    tx.exec("VACUUM ANALYZE");
    fmt::print(
        "{} accounts with {} posts each in PostgreSQL, filled in {:.1f} s\n", size.accounts,
        size.posts, seconds_since(began));
}

void told(const char* what, std::chrono::steady_clock::time_point began)
{
    fmt::print("  {:<32}{:>8.2f} s\n", what, seconds_since(began));
    std::fflush(stdout);
}

/// What is told the first time that it is so.
class Milestones
{
public:
    explicit Milestones(std::chrono::steady_clock::time_point began) : began_{began} {}

    void pass(const char* what, bool reached)
    {
        if (reached && passed_.insert(what).second)
            told(what, began_);
    }

private:
    std::chrono::steady_clock::time_point began_;
    std::set<std::string> passed_;
};

/// A daemon that starts, up to where it would begin to ask.
class Start
{
public:
    Start(const config::Config& config, const std::string& url)
        : store_{loop_.get_executor(), config, *clock_, url},
          tokens_{
              {config, *clock_, transport_, store_.database, pause_, &store_.writer,
               &store_.cache}},
          engine_{
              {loop_.get_executor(), config, *clock_, transport_, store_.writer, tokens_, pause_,
               &store_.writer, &store_.cache},
              daemon::Engine::StorePatience::wait},
          heart_{url, config.spool.patience}, replica_{
                                                  loop_.get_executor(), heart_,
                                                  replicas::introduction(
                                                      "bench", daemon::ids_of(config), {})}
    {
        store_.database.set_patience(config.spool.patience);
        replica_.works_through(worker());
    }

    void prepare()
    {
        testing::run(loop_, store_.writer.open());
        testing::run(loop_, store_.prepare(storage::Database::OldSchema::migrate));
        testing::run(loop_, store_.deliver_backlog());
    }

    /// Leases of all accounts.
    void join() { testing::run(loop_, replica_.beat()); }

    /// As the daemon does it: some hundred accounts at a time, and on the side the posts of those
    /// that are taken.
    void take_over()
    {
        boost::asio::co_spawn(loop_, replica_.take_over(), rethrow);
        loop_.restart();
    }

    /// False once there is nothing left to do.
    bool step() { return loop_.run_one() > 0; }
    std::size_t accounts_taken() const { return taken_; }
    std::size_t posts_tracked() const { return engine_.tracked(); }

private:
    replicas::Replica::Worker worker()
    {
        replicas::Replica::Worker worker;
        worker.take_over = [this](auto accounts, auto is_still_ours) {
            return take_some(std::move(accounts), std::move(is_still_ours));
        };
        worker.let_go = [](const auto&) {};
        worker.is_at_rest = [](auto) { return true; };
        worker.is_stored = [](auto) { return true; };
        worker.look_again = [] {};
        worker.blocks = [] { return std::vector<model::Block>{}; };
        worker.heed = [](const auto&) {};
        worker.say = [](const auto&) {};
        return worker;
    }

    boost::asio::awaitable<void>
    take_some(std::vector<model::AccountId> accounts, daemon::StillOurs is_still_ours)
    {
        const auto some = accounts.size();
        co_await store_.take_over(engine_, std::move(accounts), std::move(is_still_ours));
        taken_ += some;
        if (!std::exchange(loads_posts_, true))
            boost::asio::co_spawn(loop_, load_posts(), rethrow);
    }

    boost::asio::awaitable<void> load_posts()
    {
        for (bool any = true; any; any = !engine_.accounts_without_posts().empty())
            co_await store_.load_posts(engine_);
        loads_posts_ = false;
    }

    static void rethrow(std::exception_ptr error)
    {
        if (error)
            std::rethrow_exception(error);
    }

    boost::asio::io_context loop_{1};
    std::unique_ptr<daemon::Clock> clock_ = daemon::make_clock({});
    graph::Transport transport_{loop_.get_executor(), daemon::transport_limits({})};
    graph::Pause pause_ = daemon::pause_between_tries(loop_.get_executor(), *clock_);
    daemon::Store store_;
    daemon::TokenKeeper tokens_;
    daemon::Engine engine_;
    storage::Heart heart_;
    replicas::Replica replica_;
    std::size_t taken_ = 0;
    bool loads_posts_ = false;
};

} // namespace

void measure_restart(const Size& size)
{
    testing::ScratchFolder folder;
    const auto config = config_of(size, folder.path());
    const auto url = size.database.empty() ? testing::durable_database() : size.database;
    {
        Start first{config, url};
        first.prepare(); // the schema and the accounts
    }
    if (testing::query(url, "SELECT 1 FROM store.media LIMIT 1").empty())
        fill(url, size);

    const auto began = std::chrono::steady_clock::now();
    Start again{config, url};
    again.prepare();
    told("until the database is prepared", began);
    again.join();
    told("until the accounts are its own", began);
    again.take_over();
    Milestones milestones{began};
    while (again.step()) {
        milestones.pass("until the first lists are due", again.accounts_taken() > 0);
        milestones.pass("until the first posts are due", again.posts_tracked() > 0);
        milestones.pass("until all lists are due", again.accounts_taken() == size.accounts);
    }
    told("until all posts are loaded", began);
    fmt::print(
        "  {:<32}{:>8.0f}\n", "posts per second",
        static_cast<double>(again.posts_tracked()) / seconds_since(began));
}

} // namespace insightd::bench
