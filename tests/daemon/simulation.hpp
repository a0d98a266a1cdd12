#pragma once

#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "tests/sandbox/api.hpp"
#include "tests/sandbox/setup.hpp"
#include "tests/support/private_postgres.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio
{
class io_context;
}
namespace insightd::graph
{
class Transport;
}
namespace insightd::daemon
{
class Engine;
struct Store;
class TokenKeeper;
} // namespace insightd::daemon
namespace insightd::sandbox
{
class Server;
}

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
/// the world's at the very instant it was asked for. Which test looks inside includes what it looks
/// at: the daemon's headers are dear to compile.
class Simulation
{
public:
    explicit Simulation(
        model::Instant start, std::string extra_yaml = {},
        std::vector<sandbox::AccountSpec> accounts = sandbox::three_accounts(),
        sandbox::World::Options options = {});
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// A daemon that starts anew on what the store remembers, as after a crash; on the cache if the
    /// database is away.
    void begin();

    /// Works through what is due until then. After each step the database is tried, if it was away.
    void run_until(model::Instant end);

    /// PostgreSQL is gone for everyone, rows() and value() included, until database_back().
    void database_away() { allow_connections(database_url, false); }

    /// It is back, and has what waited for it.
    void database_back();

    std::vector<Row> rows(const std::string& sql) const { return query(database_url, sql); }
    std::optional<std::string> value(const std::string& sql) const
    {
        return query1(database_url, sql);
    }

private:
    std::unique_ptr<boost::asio::io_context> loop_;

public:
    boost::asio::io_context& loop;
    SteppedClock clock;
    sandbox::Faults faults;
    sandbox::World world;
    sandbox::Api api;
    ScratchFolder folder;
    std::string database_url;
    config::Config config;
    std::unique_ptr<graph::Transport> transport;
    std::unique_ptr<daemon::Store> store; ///< the database, the spool in front of it, the cache
    std::unique_ptr<daemon::TokenKeeper> tokens;
    std::unique_ptr<daemon::Engine> engine;

    /// A short past; options with a start of their own stay as they are.
    static sandbox::World::Options
    options_at(model::Instant start, sandbox::World::Options options = {});

protected:
    /// What the daemon does by itself now and then while the database is away.
    void look_at_database();

private:
    bool begin_from_database();

    std::unique_ptr<sandbox::Server> server_;
    bool begun_ = false; ///< with what the database remembers
};

} // namespace insightd::testing
