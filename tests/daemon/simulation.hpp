#pragma once

#include "collectors/catalog.hpp"
#include "config/loader.hpp"
#include "daemon/engine.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
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
        std::vector<sandbox::AccountSpec> accounts = sandbox::three_accounts(),
        sandbox::World::Options options = {})
        : clock{start}, world{options_at(start, options), std::move(accounts)}, api{world, faults},
          server{loop.get_executor(), api, [this] { return clock.now(); }},
          database_url{fresh_database()}, config{configure(extra_yaml)}
    {
        begin();
    }

    /// A daemon that starts anew on what the store remembers, as after a crash; on the cache if the
    /// database is away.
    void begin()
    {
        engine.reset();
        tokens.reset();
        store.reset();
        begun = false;
        transport = std::make_unique<graph::Transport>(
            loop.get_executor(), daemon::transport_limits(config.api));
        store = std::make_unique<daemon::Store>(loop.get_executor(), config, clock, database_url);
        const auto pause = daemon::pause_between_tries(loop.get_executor(), clock);
        tokens = std::make_unique<daemon::TokenKeeper>(daemon::TokenKeeper::Services{
            config, clock, *transport, store->database, pause, &store->writer, &store->cache});
        engine = std::make_unique<daemon::Engine>(
            daemon::Engine::Services{
                loop.get_executor(), config, clock, *transport, store->writer, *tokens, pause,
                &store->writer, &store->cache},
            daemon::Engine::StorePatience::give_up);
        run(loop, store->writer.open());
        if (!begin_from_database())
            run(loop, store->begin_from_cache(*engine));
    }

    /// Works through what is due until then. After each step the database is tried, if it was away.
    void run_until(model::Instant end)
    {
        while (engine->next_due() && *engine->next_due() <= end) {
            clock.jump_to(*engine->next_due());
            run(loop, engine->pass());
            look_at_database();
        }
        clock.jump_to(end);
        look_at_database();
    }

    /// PostgreSQL is gone for everyone, rows() and value() included, until database_back().
    void database_away() { allow_connections(database_url, false); }

    /// It is back, and has what waited for it.
    void database_back()
    {
        allow_connections(database_url, true);
        look_at_database();
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
    std::unique_ptr<daemon::Store> store; ///< the database, the spool in front of it, the cache
    std::unique_ptr<daemon::TokenKeeper> tokens;
    std::unique_ptr<daemon::Engine> engine;

    /// A short past; options with a start of their own stay as they are.
    static sandbox::World::Options
    options_at(model::Instant start, sandbox::World::Options options = {})
    {
        if (options.start != model::Instant{})
            return options;
        options.start = start;
        options.days_of_history = 20;
        return options;
    }

protected:
    /// What the daemon does by itself now and then while the database is away.
    void look_at_database()
    {
        if (!begun)
            begin_from_database();
        else if (store->writer.state() != spool::SpooledWriter::State::direct)
            run(loop, store->writer.replay_now());
    }

private:
    bool begin_from_database()
    {
        try {
            run(loop, store->begin(*engine, storage::Database::OldSchema::migrate));
            run(loop, store->load_posts(*engine));
            begun = true;
        } catch (const model::Unavailable&) { // the daemon would try again later
        }
        return begun;
    }

    bool begun = false; ///< with what the database remembers

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
        auto checked = std::get<config::Config>(std::move(loaded));
        // Posts are read at times that can be told beforehand, unless a test is about that.
        if (extra_yaml.find("polling:") == std::string::npos)
            for (auto& account : checked.accounts)
                account.schedule.polling = config::Polling::tiers;
        // The sandbox serves days without end: only tests of the past ask for it.
        if (extra_yaml.find("backfill:") == std::string::npos)
            for (auto& account : checked.accounts)
                account.backfill.automatic = false;
        return checked;
    }
};

} // namespace insightd::testing
