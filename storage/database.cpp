#include "storage/database.hpp"

#include "storage/migrations.hpp"
#include "storage/read.hpp"
#include "storage/worker.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

namespace insightd::storage
{

class Database::Thread : public Worker
{
public:
    using Worker::Worker;
};

Database::Database(std::string url, std::function<void()> before_connecting)
    : url_{std::move(url)}, worker_{std::make_unique<Thread>(url_, std::move(before_connecting))}
{
}

Database::~Database() = default;

namespace
{

void require_newest_schema(const std::string& url)
{
    const auto report = migrate(url, true);
    if (!report.applied.empty())
        throw model::Unavailable{fmt::format(
            "the schema is at version {}, older than this insightd: run `insightd migrate`",
            report.version)};
}

} // namespace

boost::asio::awaitable<void> Database::prepare(
    std::vector<model::Account> accounts, std::vector<model::Metric> catalogue,
    OldSchema old_schema)
{
    auto job = [url = url_, old_schema, accounts = std::move(accounts),
                catalogue = std::move(catalogue)](pqxx::connection& db) {
        if (old_schema == OldSchema::refuse)
            require_newest_schema(url);
        else
            migrate(url, false);
        pqxx::work tx{db};
        write_accounts(tx, accounts);
        write_catalogue(tx, catalogue);
        tx.commit();
        return true;
    };
    co_await worker_->run<bool>(std::move(job));
}

boost::asio::awaitable<void> Database::write(model::SharedBatch batch)
{
    auto job = [batch = std::move(batch)](pqxx::connection& db) {
        pqxx::work tx{db};
        write_batch(tx, *batch);
        tx.commit();
        return true;
    };
    co_await worker_->run<bool>(std::move(job));
}

boost::asio::awaitable<std::vector<model::AccountHistory>>
Database::history(std::vector<model::AccountId> accounts)
{
    auto job = [accounts = std::move(accounts)](pqxx::connection& db) {
        pqxx::read_transaction tx{db};
        return read_history(tx, accounts);
    };
    co_return co_await worker_->run<std::vector<model::AccountHistory>>(std::move(job));
}

boost::asio::awaitable<std::vector<model::Health>> Database::health()
{
    auto job = [url = url_](pqxx::connection& db) {
        require_newest_schema(url);
        pqxx::read_transaction tx{db};
        return read_health(tx);
    };
    co_return co_await worker_->run<std::vector<model::Health>>(std::move(job));
}

} // namespace insightd::storage
