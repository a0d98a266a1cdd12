#include "tests/daemon/simulation.hpp"

#include "collectors/catalog.hpp"
#include "config/loader.hpp"
#include "daemon/engine.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>

#include <stdexcept>

namespace insightd::testing
{
namespace
{

config::Config checked_config(const std::string& text)
{
    auto loaded = config::parse(text, "insightd.yaml", catalog::vocabulary());
    if (const auto* mistakes = std::get_if<config::Mistakes>(&loaded))
        throw std::runtime_error{mistakes->text()};
    return std::get<config::Config>(std::move(loaded));
}

/// Of the sandbox's accounts, and what a test adds.
config::Config configured(
    const std::string& extra_yaml, const sandbox::Server& server, const sandbox::World& world,
    const std::filesystem::path& folder)
{
    sandbox::Setup setup;
    setup.instagram_url = server.instagram_url();
    setup.facebook_url = server.facebook_url();
    setup.state_dir = folder / "state";
    setup.extra = extra_yaml;
    auto config =
        checked_config(sandbox::write_config(folder / "insightd.yaml", setup, world.accounts()));
    // Posts are read at times that can be told beforehand, unless a test is about that.
    if (extra_yaml.find("polling:") == std::string::npos)
        for (auto& account : config.accounts)
            account.schedule.polling = config::Polling::tiers;
    // The sandbox serves days without end: only tests of the past ask for it.
    if (extra_yaml.find("backfill:") == std::string::npos)
        for (auto& account : config.accounts)
            account.backfill.automatic = false;
    return config;
}

} // namespace

Simulation::Simulation(
    model::Instant start, std::string extra_yaml, std::vector<sandbox::AccountSpec> accounts,
    sandbox::World::Options options)
    : loop_{std::make_unique<boost::asio::io_context>(1)}, loop{*loop_}, clock{start},
      world{options_at(start, options), std::move(accounts)}, api{world, faults},
      database_url{migrated_database()}
{
    server_ =
        std::make_unique<sandbox::Server>(loop.get_executor(), api, [this] { return clock.now(); });
    config = configured(extra_yaml, *server_, world, folder.path());
    begin();
}

Simulation::~Simulation() = default;

void Simulation::begin()
{
    engine.reset();
    tokens.reset();
    store.reset();
    begun_ = false;
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

void Simulation::run_until(model::Instant end)
{
    while (engine->next_due() && *engine->next_due() <= end) {
        clock.jump_to(*engine->next_due());
        run(loop, engine->pass());
        look_at_database();
    }
    clock.jump_to(end);
    look_at_database();
}

void Simulation::database_back()
{
    allow_connections(database_url, true);
    look_at_database();
}

sandbox::World::Options
Simulation::options_at(model::Instant start, sandbox::World::Options options)
{
    if (options.start != model::Instant{})
        return options;
    options.start = start;
    options.days_of_history = 20;
    return options;
}

void Simulation::look_at_database()
{
    if (!begun_)
        begin_from_database();
    else if (store->writer.state() != spool::SpooledWriter::State::direct)
        run(loop, store->writer.replay_now());
}

bool Simulation::begin_from_database()
{
    try {
        run(loop, store->begin(*engine, storage::Database::OldSchema::migrate));
        run(loop, store->load_posts(*engine));
        begun_ = true;
    } catch (const model::Unavailable&) { // the daemon would try again later
    }
    return begun_;
}

} // namespace insightd::testing
