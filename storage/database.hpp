#pragma once

#include "config/config.hpp"
#include "storage/model/dossier.hpp"
#include "storage/model/history.hpp"
#include "storage/model/lease.hpp"
#include "storage/model/metric.hpp"
#include "storage/model/token.hpp"
#include "storage/model/writer.hpp"
#include "storage/statement.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace insightd::storage
{

/// The PostgreSQL store. All work happens on one thread of its own that owns the one connection;
/// results come back on the loop. A lost connection is replaced at the next call.
/// Every call throws model::Unavailable, with one line saying what to do, when the database is
/// away.
class Database final : public model::Writer
{
public:
    /// `url` is a libpq connection string. Connects at the first call, not here, and anew after a
    /// loss; `before_connecting` sees to it that there is something to connect to.
    explicit Database(std::string url, std::function<void()> before_connecting = {});
    ~Database() override; ///< waits for the transaction under way

    /// From now on every call gives up, with model::Unavailable, when the database has not answered
    /// for so long: a write may well have been committed all the same. history() and posts() read
    /// much and wait for half a minute at least, prepare() always for ten minutes: what else is
    /// asked meanwhile gives up for itself.
    void set_patience(std::chrono::steady_clock::duration patience) { patience_ = patience; }

    /// The same for whoever is about to end: when so long is over, calls wait no more for those
    /// before them.
    void hurry(std::chrono::steady_clock::duration rest);

    /// What keeps the facts, for prepare(). Only a new database becomes an extension's: `insightd
    /// migrate` turns those that are there.
    void set_engine(config::Engine engine) { engine_ = engine; }

    /// Whether a call is under way, perhaps one that was given up: the destructor waits for it.
    bool is_busy() const;

    /// What to do about a schema that is older than the binary: an operator may want to migrate by
    /// hand, with another role.
    enum class OldSchema { migrate, refuse };

    /// Sees to the schema, then brings the accounts and the metric catalogue up to date. Throws
    /// model::Unavailable for a schema that it must refuse.
    boost::asio::awaitable<void> prepare(
        std::vector<model::Account> accounts, std::vector<model::Metric> catalogue,
        OldSchema old_schema = OldSchema::migrate);

    /// What a configuration says of what is collected.
    struct Configured {
        std::vector<model::Account> accounts;
        std::vector<model::Metric> catalogue;
    };

    /// Brings accounts and catalogue up to date, while the daemon runs.
    boost::asio::awaitable<void> write_configured(std::shared_ptr<const Configured> wanted);

    /// One transaction. Returns after commit. Idempotent; writes only what changed, or was not
    /// confirmed for 24 h.
    boost::asio::awaitable<void> write(model::SharedBatch batch) override;

    /// Each is a connection of its own: what is done in one does not wait for what the other does.
    /// All but some of write_steps() is done in the first.
    enum class Lane : std::uint8_t { first, second };

    /// Connects the second lane. False if that is not to be had, as where the server has no more
    /// connections to give: then the first one does for all.
    boost::asio::awaitable<bool> open_second_lane();
    boost::asio::awaitable<void> close_second_lane();

    /// The same for rows that waited in their written form. Many follow each other, so none waits
    /// for the database's disk: whoever kept them elsewhere keeps them until make_durable(). The
    /// second lane must be open.
    boost::asio::awaitable<void>
    write_steps(model::AccountId account, std::vector<Step> steps, Lane lane = Lane::first);
    /// What write_steps() wrote since probe(), in either lane, is on the database's disk when this
    /// returns. Throws Unavailable as well if the connection was replaced since: the server may
    /// have crashed, and forgotten what it took.
    boost::asio::awaitable<void> make_durable();

    /// Throws if the database cannot take rows: away, read-only, going down, or busy in the second
    /// lane with rows that were given up, which must not come behind newer ones.
    boost::asio::awaitable<void> probe();

    /// What is known of the accounts, their posts apart. Asked for some hundred accounts at a time,
    /// with room for other work of the store between.
    boost::asio::awaitable<std::vector<model::AccountHistory>>
    history(std::vector<model::AccountId> accounts);

    /// Their posts, published in [`from`, `until`). One query for all of them; other work of the
    /// store waits meanwhile, so ask for some ten thousand posts at a time.
    boost::asio::awaitable<std::vector<model::StoredPost>>
    posts(std::vector<model::AccountId> accounts, model::Instant from, model::Instant until);

    boost::asio::awaitable<std::vector<model::Health>> health();

    /// Who shares the database, and who has what.
    boost::asio::awaitable<model::Sharing> sharing();
    /// Those of the accounts that a running daemon has.
    boost::asio::awaitable<std::vector<model::Owner>>
    owners(std::vector<model::AccountId> accounts);

    /// Blocks of the platform that anybody was told of within a day, over or not.
    boost::asio::awaitable<std::vector<model::Block>> blocks();
    /// Tells of these blocks as well; returns the same.
    boost::asio::awaitable<std::vector<model::Block>>
    share_blocks(std::vector<model::Block> blocks);

    /// Statements of a state that were passed over since the start, because the account had gone to
    /// another instance.
    std::size_t fenced_off() const { return fenced_off_; }

    /// See storage/dossier.hpp.
    boost::asio::awaitable<std::optional<model::Dossier>> dossier(std::string target);

    // Sealed tokens; see storage/tokens.hpp. Each is one transaction.
    boost::asio::awaitable<std::optional<model::SealedToken>> token(model::AccountId account);
    boost::asio::awaitable<std::vector<model::SealedToken>> tokens();
    boost::asio::awaitable<void> put_token(model::SealedToken token);
    boost::asio::awaitable<std::optional<std::int64_t>> replace_token(model::SealedToken token);
    boost::asio::awaitable<bool> remove_token(model::AccountId account);
    boost::asio::awaitable<bool>
    claim_token(model::AccountId account, std::int64_t revision, std::chrono::seconds duration);
    boost::asio::awaitable<void>
    release_token(model::AccountId account, std::int64_t revision, model::Instant next_refresh_at);
    boost::asio::awaitable<void> write_token_states(std::vector<model::TokenState> states);
    boost::asio::awaitable<std::vector<model::TokenStatus>> token_status();

    boost::asio::awaitable<std::size_t> reseal_tokens(std::vector<model::SealedToken> anew);

    // People; see storage/people.hpp. Each is one transaction.
    boost::asio::awaitable<std::optional<model::SealedKey>> people_key();
    boost::asio::awaitable<model::SealedKey> keep_people_key(model::SealedKey key);
    boost::asio::awaitable<void> reseal_people_key(model::SealedKey anew);
    boost::asio::awaitable<std::vector<model::AccountId>> accounts();
    boost::asio::awaitable<model::ForgottenPerson>
    forget_person(std::vector<std::pair<model::AccountId, std::string>> person);

private:
    class Connected;

    /// Runs `work(transaction)` on the thread and commits it.
    template <class Result, class Work>
    boost::asio::awaitable<Result> in_transaction(Work work, Lane lane = Lane::first);
    boost::asio::awaitable<std::vector<model::AccountHistory>>
    history_of_some(std::vector<model::AccountId> accounts);
    std::optional<std::chrono::steady_clock::duration> patience_for_much() const;

    std::unique_ptr<Connected> worker_;
    std::unique_ptr<Connected> second_worker_; ///< of the second lane
    bool second_writes_ = false;               ///< what it was given last are rows
    std::int64_t probed_connection_ = 0;       ///< of the first lane
    std::optional<std::chrono::steady_clock::duration> patience_;
    config::Engine engine_ = config::Engine::automatic;
    std::size_t fenced_off_ = 0;
};

} // namespace insightd::storage
