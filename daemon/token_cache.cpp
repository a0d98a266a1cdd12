#include "daemon/token_keeper.hpp"
#include "daemon/token_words.hpp"
#include "storage/spool/cache.hpp"
#include "storage/spool/spooled_writer.hpp"

// How the keeper does without the database while that is away.
namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Postpones the account, and says nothing against its token.
graph::Failure out_of_reach(const std::string& account)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::unreachable;
    failure.message = "the database, which holds the token of " + account +
                      ", is away, and the token is not in the cache";
    return failure;
}

} // namespace

/// A database that is known to be away is not asked again and again: each try may take seconds.
bool TokenKeeper::may_ask_database() const
{
    return services_.spool == nullptr || services_.spool->database_is_up();
}

asio::awaitable<std::optional<graph::Outcome<TokenKeeper::Current>>>
TokenKeeper::current_in_database(const config::Account& account)
{
    std::optional<model::SealedToken> sealed;
    bool away = !may_ask_database();
    try {
        if (!away) {
            co_await store_pending(account.user_id);
            sealed = co_await services_.database.token(account.user_id);
        }
    } catch (const model::Unavailable&) {
        if (services_.cache == nullptr)
            throw;
        away = true;
    }
    if (away)
        co_return std::nullopt;
    co_await cache(account.user_id, sealed);
    if (!sealed)
        co_return graph::Outcome<Current>{
            needs_login("the vault holds no token of " + account.name)};
    saw(account.user_id, static_cast<std::uint64_t>(sealed->revision));
    co_return opened(std::move(*sealed));
}

/// A token that was renewed and could not be stored is newer than what the cache has.
asio::awaitable<graph::Outcome<TokenKeeper::Current>>
TokenKeeper::current_in_cache(const config::Account& account)
{
    auto& memory = memories_[account.user_id];
    if (!memory.looked && !memory.pending)
        memory.pending = pending_.load(account.user_id);
    auto sealed = memory.pending;
    if (!sealed && memory.cache_is_known)
        sealed = memory.cached;
    else if (!sealed)
        sealed = co_await services_.cache->token(account.user_id);
    if (!sealed)
        co_return out_of_reach(account.name);
    saw(account.user_id, static_cast<std::uint64_t>(sealed->revision));
    auto found = opened(std::move(*sealed));
    if (found)
        found->from_cache = true;
    co_return found;
}

/// Written when it changed: what the database no longer has is nowhere else either.
asio::awaitable<void>
TokenKeeper::cache(model::AccountId account, std::optional<model::SealedToken> sealed)
{
    auto& memory = memories_[account];
    if (services_.cache == nullptr || (memory.cache_is_known && memory.cached == sealed))
        co_return;
    auto copy = sealed.value_or(model::SealedToken{});
    const bool written = sealed ? co_await services_.cache->put_token(std::move(copy))
                                : co_await services_.cache->forget_token(account);
    memories_[account].cached = std::move(sealed);
    memories_[account].cache_is_known = written;
}

/// False if the database must learn it later.
asio::awaitable<bool> TokenKeeper::write_state(model::TokenState state)
{
    if (!may_ask_database())
        co_return false;
    std::vector<model::TokenState> states{std::move(state)};
    try {
        co_await services_.database.write_token_states(std::move(states));
    } catch (const model::Unavailable&) {
        if (services_.cache == nullptr)
            throw;
        co_return false;
    }
    co_return true;
}

/// A renewal needs the database: one instance at a time. The token has weeks left.
asio::awaitable<void> TokenKeeper::renew_if_due(const config::Account& account, Current& current)
{
    if (current.from_cache || !may_ask_database())
        co_return;
    try {
        co_await renew(account, current);
    } catch (const model::Unavailable&) {
        if (services_.cache == nullptr)
            throw;
        current.from_cache = true;
    }
}

} // namespace insightd::daemon
