#pragma once

#include "collectors/graph/client.hpp"
#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/pending_tokens.hpp"
#include "daemon/people_key.hpp"
#include "storage/database.hpp"
#include "storage/model/token.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace insightd::graph
{
class Transport;
}

namespace insightd::replicas
{
class Ownership;
} // namespace insightd::replicas

namespace insightd::spool
{
class Cache;
class SpooledWriter;
} // namespace insightd::spool

namespace insightd::daemon
{

/// Where the accounts' tokens come from, and the job that keeps those of the vault alive: renewed
/// long before they end, their trouble said early, with the command that mends it.
/// Every call may throw model::Unavailable, unless there is a cache: then a database that is away
/// holds nobody up. Tokens come from the cache, states are written later, renewals wait.
class TokenKeeper
{
public:
    struct Services {
        const config::Config& config;
        const Clock& clock;
        graph::Transport& transport;
        storage::Database& database;
        graph::Pause pause;                             ///< between tries of one call
        const spool::SpooledWriter* spool = nullptr;    ///< knows whether the database is away
        spool::Cache* cache = nullptr;                  ///< of sealed tokens
        const replicas::Ownership* ownership = nullptr; ///< as the engine's
    };

    explicit TokenKeeper(Services services);

    /// Token and app secret as they stand now: a new token is taken up without a restart. A failure
    /// of kind needs_login says what to do.
    boost::asio::awaitable<graph::Outcome<graph::Client::Identity>>
    identity(const config::Account& account);

    struct Look {
        model::Instant next; ///< when to look again
        bool is_new = false; ///< another token than at the last look: a pause may end
    };

    /// Looks after one account's token: renews it when it is due, and notes how it is.
    boost::asio::awaitable<Look> look_after(const config::Account& account);

    /// Renews at once what would be renewed later; a failure says why not.
    boost::asio::awaitable<graph::Outcome<model::TokenFacts>>
    renew_now(const config::Account& account);

    /// The platform takes the token of that version no more; no news if another is in its place.
    boost::asio::awaitable<void>
    died(const config::Account& account, std::uint64_t version, graph::Failure failure);

    /// The platform took it after all.
    boost::asio::awaitable<void> lives(const config::Account& account, std::uint64_t version);

    /// Whether the account has another token by now.
    bool is_outdated(model::AccountId account, std::uint64_t version) const;

    /// The vault keeps it too.
    PeopleKey& people_key() { return people_key_; }

    /// How each account's token was at the last look; for pages and metrics.
    const std::unordered_map<model::AccountId, model::TokenState>& states() const
    {
        return states_;
    }
    const std::unordered_map<model::AccountId, model::TokenFacts>& facts() const { return facts_; }

private:
    /// A token that can be used, and what tells it from the one that was there before.
    struct Current {
        config::Secret token;
        std::uint64_t version = 0;
        std::optional<model::SealedToken> sealed; ///< of the vault
        bool from_cache = false;                  ///< the database could not be asked
    };

    /// What is remembered of an account between looks.
    struct Memory {
        std::optional<std::uint64_t> version;      ///< of the newest token that was seen
        std::optional<std::uint64_t> looked_after; ///< the version at the end of the last look
        bool looked = false;
        std::optional<graph::Failure> death;   ///< why `version` is not taken
        std::optional<graph::Failure> renewal; ///< why the last try to renew it failed
        std::int64_t renewal_failures = 0;
        std::optional<model::SealedToken> pending; ///< renewed, and not in the database yet
        std::optional<model::SealedToken> cached;  ///< as the cache has it
        bool cache_is_known = false;               ///< whether `cached` says so
    };

    boost::asio::awaitable<graph::Outcome<Current>> current(const config::Account& account);
    /// As the database has it; nothing if it is away and a cache may answer instead.
    boost::asio::awaitable<std::optional<graph::Outcome<Current>>>
    current_in_database(const config::Account& account);
    boost::asio::awaitable<graph::Outcome<Current>>
    current_in_cache(const config::Account& account);
    boost::asio::awaitable<void>
    cache(model::AccountId account, std::optional<model::SealedToken> sealed);
    bool may_ask_database() const;
    boost::asio::awaitable<bool> write_state(model::TokenState state);
    boost::asio::awaitable<void> renew_if_due(const config::Account& account, Current& current);
    graph::Outcome<Current> opened(model::SealedToken sealed) const;
    void saw(model::AccountId account, std::uint64_t version);
    boost::asio::awaitable<void> store_pending(model::AccountId account);
    /// Why it was not renewed; nothing if `current` holds the new token.
    boost::asio::awaitable<std::optional<graph::Failure>>
    renew(const config::Account& account, Current& current);
    boost::asio::awaitable<graph::Outcome<model::SealedToken>>
    renewed(const config::Account& account, const Current& current);
    boost::asio::awaitable<void>
    renewal_failed(const config::Account& account, Current& current, graph::Failure failure);
    model::TokenState
    judged(const config::Account& account, const graph::Outcome<Current>& current) const;
    boost::asio::awaitable<void> note(model::TokenState state);
    void say(const model::TokenState& state) const;
    bool is_due(const model::TokenFacts& facts) const;
    model::Instant next_look(const graph::Outcome<Current>& current, const Memory& memory) const;

    Services services_;
    PeopleKey people_key_;
    PendingTokens pending_;
    std::unordered_map<model::AccountId, Memory> memories_;
    std::unordered_map<model::AccountId, model::TokenState> states_;
    std::unordered_map<model::AccountId, bool> unwritten_; ///< states that the database must learn
    std::unordered_map<model::AccountId, model::TokenFacts> facts_;
};

} // namespace insightd::daemon
