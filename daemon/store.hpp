#pragma once

#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/post_loading.hpp"
#include "storage/database.hpp"
#include "storage/spool/cache.hpp"
#include "storage/spool/spooled_writer.hpp"
#include "storage/thread.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace insightd::daemon
{

class Engine;

/// Where the spool of a configuration lies.
std::filesystem::path spool_file(const config::Config& config);

/// What the daemon keeps its rows and tokens in: PostgreSQL, the spool in front of it, and the
/// cache for while it is away.
struct Store {
    Store(
        boost::asio::any_io_executor loop, const config::Config& config, const Clock& clock,
        std::string url, std::function<void()> before_connecting = {});

    /// The database has the newest schema, the accounts and the catalogue. Throws
    /// model::Unavailable.
    boost::asio::awaitable<void> prepare(storage::Database::OldSchema old_schema);

    /// Rows go to the database from now on, those that waited first: they belong to what it
    /// remembers.
    boost::asio::awaitable<void> deliver_backlog();

    /// All of it, and the engine begins with all accounts, on what the database remembers, posts
    /// apart.
    boost::asio::awaitable<void> begin(Engine& engine, storage::Database::OldSchema old_schema);

    /// From now on the engine is told what was lost on its way to the database.
    void heed_losses(Engine& engine);

    /// The engine begins with these accounts, posts apart, as far as they are still its own once
    /// the database has told what it remembers of them. Throws model::Unavailable.
    boost::asio::awaitable<void>
    take_over(Engine& engine, std::vector<model::AccountId> accounts, StillOurs is_still_ours);

    /// The rest: see post_loading.hpp. The engine may run meanwhile.
    boost::asio::awaitable<void> load_posts(Engine& engine, StillOurs is_still_ours = {});

    /// While the database is away: the engine begins with what cannot be fetched again.
    boost::asio::awaitable<void> begin_from_cache(Engine& engine);

    /// What the engine takes for stored of these accounts (0: all), if they are its own, is what
    /// the database has, no more.
    boost::asio::awaitable<void> look_again(Engine& engine, std::vector<model::AccountId> accounts);

    const config::Config& config;
    const Clock& clock;
    storage::Thread disk{"the disk"};
    storage::Database database;
    spool::SpooledWriter writer;
    spool::Cache cache;
};

} // namespace insightd::daemon
