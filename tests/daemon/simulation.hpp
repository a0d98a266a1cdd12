#pragma once

#include "collectors/catalog.hpp"
#include "config/loader.hpp"
#include "daemon/engine.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/database.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/setup.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace insightd::testing
{

/// Stands still until it is told to move on.
class SteppedClock final : public daemon::Clock
{
public:
    explicit SteppedClock(model::Instant start) : now_{start} {}
    model::Instant now() const override { return now_; }
    std::chrono::steady_clock::duration real_time_until(model::Instant) const override
    {
        return {};
    }
    void jump_to(model::Instant instant) { now_ = std::max(now_, instant); }

private:
    model::Instant now_;
};

/// The whole of insightd and the sandbox on one loop, one real PostgreSQL, and one clock that jumps
/// from one due instant to the next: days pass in seconds, and every number can be compared with
/// the world's at the very instant it was asked for.
class Simulation
{
public:
    explicit Simulation(
        model::Instant start, std::string extra_yaml = {},
        std::vector<sandbox::AccountSpec> accounts = sandbox::three_accounts())
        : clock{start}, world{options_at(start), std::move(accounts)}, api{world, faults},
          server{loop.get_executor(), api, [this] { return clock.now(); }},
          database_url{fresh_database()}, config{configure(extra_yaml)}
    {
        begin();
    }

    /// A daemon that starts anew on what the store remembers, as after a crash.
    void begin()
    {
        engine.reset();
        database.reset();
        transport = std::make_unique<graph::Transport>(
            loop.get_executor(), daemon::transport_limits(config.api));
        tokens.reset();
        database = std::make_unique<storage::Database>(database_url);
        const auto pause = daemon::pause_between_tries(loop.get_executor(), clock);
        tokens = std::make_unique<daemon::TokenKeeper>(
            daemon::TokenKeeper::Services{config, clock, *transport, *database, pause});
        engine = std::make_unique<daemon::Engine>(
            daemon::Engine::Services{
                loop.get_executor(), config, clock, *transport, *database, *tokens, pause},
            daemon::Engine::StorePatience::give_up);
        run(loop, database->prepare(daemon::account_rows(config), catalog::rows(config.accounts)));
        std::vector<model::AccountId> ids;
        for (const auto& account : config.accounts)
            ids.push_back(account.user_id);
        engine->remember(run(loop, database->history(ids)));
    }

    void run_until(model::Instant end)
    {
        while (engine->next_due() && *engine->next_due() <= end) {
            clock.jump_to(*engine->next_due());
            run(loop, engine->pass());
        }
        clock.jump_to(end);
    }

    std::vector<Row> rows(const std::string& sql) const { return query(database_url, sql); }
    std::optional<std::string> value(const std::string& sql) const
    {
        return query1(database_url, sql);
    }

    boost::asio::io_context loop{1};
    SteppedClock clock;
    sandbox::Faults faults;
    sandbox::World world;
    sandbox::Api api;
    sandbox::Server server;
    ScratchFolder folder;
    std::string database_url;
    config::Config config;
    std::unique_ptr<graph::Transport> transport;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<daemon::TokenKeeper> tokens;
    std::unique_ptr<daemon::Engine> engine;

private:
    static sandbox::World::Options options_at(model::Instant start)
    {
        sandbox::World::Options options;
        options.start = start;
        options.days_of_history = 20;
        return options;
    }

    config::Config configure(const std::string& extra_yaml)
    {
        sandbox::Setup setup;
        setup.instagram_url = server.instagram_url();
        setup.facebook_url = server.facebook_url();
        setup.state_dir = folder.path() / "state";
        setup.extra = extra_yaml;
        const auto text =
            sandbox::write_config(folder.path() / "insightd.yaml", setup, world.accounts());
        auto loaded = config::parse(text, "insightd.yaml", catalog::vocabulary());
        if (const auto* mistakes = std::get_if<config::Mistakes>(&loaded))
            throw std::runtime_error{mistakes->text()};
        return std::get<config::Config>(std::move(loaded));
    }
};

} // namespace insightd::testing
