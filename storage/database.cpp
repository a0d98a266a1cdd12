#include "storage/database.hpp"

#include "storage/blocks.hpp"
#include "storage/dossier.hpp"
#include "storage/leases.hpp"
#include "storage/people.hpp"
#include "storage/pieces.hpp"
#include "storage/read.hpp"
#include "storage/schema.hpp"
#include "storage/tokens.hpp"
#include "storage/worker.hpp"
#include "storage/write.hpp"

#include <algorithm>
#include <iterator>

namespace insightd::storage
{

class Database::Connected : public Worker
{
public:
    using Worker::Worker;
};

Database::Database(std::string url, std::function<void()> before_connecting)
    : worker_{std::make_unique<Connected>(url, std::move(before_connecting))},
      second_worker_{std::make_unique<Connected>(url, std::function<void()>{})}
{
}

Database::~Database() = default;

void Database::hurry(std::chrono::steady_clock::duration rest)
{
    patience_ = rest;
    worker_->hurry(rest);
    second_worker_->hurry(rest);
}

bool Database::is_busy() const
{
    return worker_->is_busy() || second_worker_->is_busy();
}

namespace
{

/// A disk that is busy or cold answers much later than one row takes.
constexpr std::chrono::steady_clock::duration least_for_much = std::chrono::seconds{30};

/// A new schema may have to rewrite much; a database that is silent for so long will not answer.
constexpr std::chrono::steady_clock::duration patience_for_preparing = std::chrono::minutes{10};

/// Their stories and days are read in a fraction of a second.
constexpr std::size_t accounts_at_a_time = 200;

} // namespace

boost::asio::awaitable<void> Database::prepare(
    std::vector<model::Account> accounts, std::vector<model::Metric> catalogue,
    OldSchema old_schema)
{
    auto job = [old_schema, engine = engine_, accounts = std::move(accounts),
                catalogue = std::move(catalogue)](pqxx::connection& db) {
        if (old_schema == OldSchema::refuse)
            require_newest_schema(db);
        else
            migrate(db, false, {engine, false});
        pqxx::work tx{db};
        write_accounts(tx, accounts);
        write_catalogue(tx, catalogue);
        tx.commit();
        return true;
    };
    co_await worker_->run<bool>(std::move(job), patience_for_preparing);
}

template <class Result, class Work>
boost::asio::awaitable<Result> Database::in_transaction(Work work, Lane lane)
{
    auto job = [work = std::move(work)](pqxx::connection& db) {
        pqxx::work tx{db};
        auto result = work(tx);
        tx.commit();
        return result;
    };
    auto& worker = lane == Lane::first ? *worker_ : *second_worker_;
    co_return co_await worker.run<Result>(std::move(job), patience_);
}

boost::asio::awaitable<void> Database::write_configured(std::shared_ptr<const Configured> wanted)
{
    auto work = [wanted = std::move(wanted)](pqxx::work& tx) {
        write_accounts(tx, wanted->accounts);
        write_catalogue(tx, wanted->catalogue);
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<void> Database::write(model::SharedBatch batch)
{
    auto work = [batch = std::move(batch)](pqxx::work& tx) {
        return perform(tx, batch->account_id, steps_of(*batch));
    };
    const auto passed_over = co_await in_transaction<std::size_t>(std::move(work));
    fenced_off_ += passed_over;
}

boost::asio::awaitable<bool> Database::open_second_lane()
{
    if (second_worker_->is_busy())
        co_return false;
    second_writes_ = false;
    const auto greet = [](pqxx::connection& db) {
        pqxx::work tx{db};
        tx.exec1("SELECT 1");
        return true;
    };
    try {
        co_return co_await second_worker_->run<bool>(greet, patience_);
    } catch (const model::Unavailable&) { // the first lane does for both
    }
    co_return false;
}

boost::asio::awaitable<void> Database::close_second_lane()
{
    if (!second_worker_->is_busy())
        co_await second_worker_->disconnect();
}

boost::asio::awaitable<void>
Database::write_steps(model::AccountId account, std::vector<Step> steps, Lane lane)
{
    auto work = [account, steps = std::move(steps)](pqxx::work& tx) {
        tx.exec0("SET LOCAL synchronous_commit TO off");
        return perform(tx, account, steps);
    };
    second_writes_ = second_writes_ || lane == Lane::second;
    const auto passed_over = co_await in_transaction<std::size_t>(std::move(work), lane);
    fenced_off_ += passed_over;
}

/// The log is written in order, whoever writes: once this commit is on the disk, those before it
/// are. It needs a record of its own there, for an empty transaction waits for nothing.
boost::asio::awaitable<void> Database::make_durable()
{
    auto work = [](pqxx::work& tx) {
        tx.exec1("SELECT pg_logical_emit_message(true, 'insightd', '')");
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
    if (worker_->connections() != probed_connection_)
        throw model::Unavailable{"the connection to the database was lost meanwhile"};
}

/// A standby, or a server that was made read-only, answers reads.
boost::asio::awaitable<void> Database::probe()
{
    if (second_writes_ && second_worker_->is_stuck())
        throw model::Unavailable{unanswered};
    auto work = [](pqxx::work& tx) {
        if (tx.exec1("SELECT current_setting('transaction_read_only')")[0].as<std::string>() ==
            "on")
            throw model::Unavailable{"the database is read-only: name the one that takes rows"};
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
    probed_connection_ = worker_->connections();
}

std::optional<std::chrono::steady_clock::duration> Database::patience_for_much() const
{
    return patience_ ? std::optional{std::max(*patience_, least_for_much)} : std::nullopt;
}

boost::asio::awaitable<std::vector<model::AccountHistory>>
Database::history(std::vector<model::AccountId> accounts)
{
    std::vector<model::AccountHistory> all;
    for (auto& piece : pieces_of(accounts, accounts_at_a_time)) {
        auto some = co_await history_of_some(std::move(piece));
        std::ranges::move(some, std::back_inserter(all));
    }
    co_return all;
}

boost::asio::awaitable<std::vector<model::AccountHistory>>
Database::history_of_some(std::vector<model::AccountId> accounts)
{
    auto job = [accounts = std::move(accounts)](pqxx::connection& db) {
        pqxx::read_transaction tx{db};
        return read_history(tx, accounts);
    };
    co_return co_await worker_->run<std::vector<model::AccountHistory>>(
        std::move(job), patience_for_much());
}

boost::asio::awaitable<std::vector<model::StoredPost>>
Database::posts(std::vector<model::AccountId> accounts, model::Instant from, model::Instant until)
{
    auto job = [accounts = std::move(accounts), from, until](pqxx::connection& db) {
        pqxx::read_transaction tx{db};
        return read_posts(tx, accounts, from, until);
    };
    co_return co_await worker_->run<std::vector<model::StoredPost>>(
        std::move(job), patience_for_much());
}

boost::asio::awaitable<std::vector<model::Health>> Database::health()
{
    auto job = [](pqxx::connection& db) {
        require_newest_schema(db);
        pqxx::read_transaction tx{db};
        return read_health(tx);
    };
    co_return co_await worker_->run<std::vector<model::Health>>(std::move(job), patience_);
}

boost::asio::awaitable<model::Sharing> Database::sharing()
{
    auto job = [](pqxx::connection& db) {
        require_newest_schema(db);
        pqxx::read_transaction tx{db};
        return read_sharing(tx);
    };
    co_return co_await worker_->run<model::Sharing>(std::move(job), patience_);
}

boost::asio::awaitable<std::vector<model::Owner>>
Database::owners(std::vector<model::AccountId> accounts)
{
    auto work = [accounts = std::move(accounts)](pqxx::work& tx) {
        return read_owners(tx, accounts);
    };
    co_return co_await in_transaction<std::vector<model::Owner>>(std::move(work));
}

boost::asio::awaitable<std::vector<model::Block>> Database::blocks()
{
    auto work = [](pqxx::work& tx) { return read_blocks(tx); };
    co_return co_await in_transaction<std::vector<model::Block>>(std::move(work));
}

boost::asio::awaitable<std::vector<model::Block>>
Database::share_blocks(std::vector<model::Block> blocks)
{
    auto work = [blocks = std::move(blocks)](pqxx::work& tx) {
        tell_blocks(tx, blocks);
        return read_blocks(tx);
    };
    co_return co_await in_transaction<std::vector<model::Block>>(std::move(work));
}

boost::asio::awaitable<std::optional<model::Dossier>> Database::dossier(std::string target)
{
    auto job = [target = std::move(target)](pqxx::connection& db) {
        require_newest_schema(db);
        pqxx::read_transaction tx{db};
        return read_dossier(tx, target);
    };
    co_return co_await worker_->run<std::optional<model::Dossier>>(std::move(job));
}

boost::asio::awaitable<std::optional<model::SealedToken>> Database::token(model::AccountId account)
{
    auto work = [account](pqxx::work& tx) { return read_token(tx, account); };
    co_return co_await in_transaction<std::optional<model::SealedToken>>(std::move(work));
}

boost::asio::awaitable<std::vector<model::SealedToken>> Database::tokens()
{
    auto work = [](pqxx::work& tx) { return read_tokens(tx); };
    co_return co_await in_transaction<std::vector<model::SealedToken>>(std::move(work));
}

boost::asio::awaitable<void> Database::put_token(model::SealedToken token)
{
    auto work = [token = std::move(token)](pqxx::work& tx) {
        storage::put_token(tx, token);
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<std::optional<std::int64_t>>
Database::replace_token(model::SealedToken token)
{
    auto work = [token = std::move(token)](pqxx::work& tx) {
        return storage::replace_token(tx, token);
    };
    co_return co_await in_transaction<std::optional<std::int64_t>>(std::move(work));
}

boost::asio::awaitable<bool> Database::remove_token(model::AccountId account)
{
    auto work = [account](pqxx::work& tx) { return storage::remove_token(tx, account); };
    co_return co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<bool> Database::claim_token(
    model::AccountId account, std::int64_t revision, std::chrono::seconds duration)
{
    auto work = [account, revision, duration](pqxx::work& tx) {
        return storage::claim_token(tx, account, revision, duration);
    };
    co_return co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<void> Database::release_token(
    model::AccountId account, std::int64_t revision, model::Instant next_refresh_at)
{
    auto work = [account, revision, next_refresh_at](pqxx::work& tx) {
        storage::release_token(tx, account, revision, next_refresh_at);
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<void> Database::write_token_states(std::vector<model::TokenState> states)
{
    auto work = [states = std::move(states)](pqxx::work& tx) {
        storage::write_token_states(tx, states);
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<std::vector<model::TokenStatus>> Database::token_status()
{
    auto work = [](pqxx::work& tx) { return read_token_status(tx); };
    co_return co_await in_transaction<std::vector<model::TokenStatus>>(std::move(work));
}

boost::asio::awaitable<std::size_t> Database::reseal_tokens(std::vector<model::SealedToken> anew)
{
    auto work = [anew = std::move(anew)](pqxx::work& tx) {
        return storage::reseal_tokens(tx, anew);
    };
    co_return co_await in_transaction<std::size_t>(std::move(work));
}

boost::asio::awaitable<std::optional<model::SealedKey>> Database::people_key()
{
    auto work = [](pqxx::work& tx) { return read_people_key(tx); };
    co_return co_await in_transaction<std::optional<model::SealedKey>>(std::move(work));
}

boost::asio::awaitable<model::SealedKey> Database::keep_people_key(model::SealedKey key)
{
    auto work = [key = std::move(key)](pqxx::work& tx) {
        return storage::keep_people_key(tx, key);
    };
    co_return co_await in_transaction<model::SealedKey>(std::move(work));
}

boost::asio::awaitable<void> Database::reseal_people_key(model::SealedKey anew)
{
    auto work = [anew = std::move(anew)](pqxx::work& tx) {
        storage::reseal_people_key(tx, anew);
        return true;
    };
    co_await in_transaction<bool>(std::move(work));
}

boost::asio::awaitable<std::vector<model::AccountId>> Database::accounts()
{
    auto work = [](pqxx::work& tx) { return read_accounts(tx); };
    co_return co_await in_transaction<std::vector<model::AccountId>>(std::move(work));
}

boost::asio::awaitable<model::ForgottenPerson>
Database::forget_person(std::vector<std::pair<model::AccountId, std::string>> person)
{
    auto work = [person = std::move(person)](pqxx::work& tx) {
        return storage::forget_person(tx, person);
    };
    co_return co_await in_transaction<model::ForgottenPerson>(std::move(work));
}

} // namespace insightd::storage
