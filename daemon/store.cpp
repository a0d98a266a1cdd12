#include "daemon/store.hpp"

#include "collectors/catalog.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/setup.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

void say(const spool::News& news)
{
    std::vector<log::Field> fields;
    for (const auto& [key, value] : news.fields)
        fields.emplace_back(key, value);
    const bool bad = news.weight == spool::News::Weight::error;
    log::tell(bad ? log::Priority::error : log::Priority::info, news.event, fields);
}

spool::Bounds bounds_of(const config::Spool& settings)
{
    return {settings.max_bytes, settings.max_rows};
}

} // namespace

std::filesystem::path spool_file(const config::Config& config)
{
    return config.state_dir / "spool" / "spool.db";
}

Store::Store(
    boost::asio::any_io_executor loop, const config::Config& settings, const Clock& time,
    std::string url, std::function<void()> before_connecting)
    : config{settings}, clock{time}, database{std::move(url), std::move(before_connecting)},
      writer{
          {loop, database, disk, [&time] { return time.now(); }, say},
          spool_file(settings),
          bounds_of(settings.spool)},
      cache{disk, settings.state_dir / "spool" / "cache.db", say}
{
    database.set_engine(settings.storage.engine);
}

boost::asio::awaitable<void> Store::prepare(storage::Database::OldSchema old_schema)
{
    co_await database.prepare(account_rows(config), catalog::rows(config.accounts), old_schema);
}

boost::asio::awaitable<void> Store::deliver_backlog()
{
    writer.database_is_prepared();
    co_await writer.replay_backlog();
}

boost::asio::awaitable<void> Store::begin(Engine& engine, storage::Database::OldSchema old_schema)
{
    co_await prepare(old_schema);
    co_await deliver_backlog();
    const auto histories = co_await database.history(ids_of(config));
    engine.remember(histories);
    heed_losses(engine);
    co_await cache.keep_only(ids_of(config));
}

void Store::heed_losses(Engine& engine)
{
    writer.on_losses([this, &engine](std::vector<model::AccountId> accounts) {
        return look_again(engine, std::move(accounts));
    });
}

boost::asio::awaitable<void>
Store::take_over(Engine& engine, std::vector<model::AccountId> accounts, StillOurs is_still_ours)
{
    const auto histories = co_await database.history(accounts);
    std::erase_if(accounts, [&](auto account) { return !is_still_ours(account); });
    engine.take_over(accounts, histories);
}

boost::asio::awaitable<void> Store::load_posts(Engine& engine, StillOurs is_still_ours)
{
    co_await daemon::load_posts(database, engine, std::move(is_still_ours), clock.now());
}

boost::asio::awaitable<void>
Store::look_again(Engine& engine, std::vector<model::AccountId> accounts)
{
    if (std::ranges::find(accounts, model::AccountId{0}) != accounts.end())
        accounts = ids_of(config);
    std::erase_if(accounts, [&](auto account) { return !engine.owns(account); });
    co_await daemon::look_again(database, engine, std::move(accounts));
}

boost::asio::awaitable<void> Store::begin_from_cache(Engine& engine)
{
    const auto stories = co_await cache.stories();
    engine.remember_stories(stories);
}

} // namespace insightd::daemon
