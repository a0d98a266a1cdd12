#include "storage/page_reader.hpp"

#include "storage/read_shown.hpp"
#include "storage/worker.hpp"

#include <fmt/format.h>

namespace insightd::storage
{

class PageReader::Connected : public Worker
{
public:
    using Worker::Worker;
};

PageReader::PageReader(
    std::string url, std::chrono::milliseconds patience, std::function<void()> before_connecting)
    : patience_{patience}, worker_{std::make_unique<Connected>(
                               std::move(url), std::move(before_connecting))}
{
}

PageReader::~PageReader() = default;

bool PageReader::is_busy() const
{
    return worker_->is_busy();
}

/// A connection that was cut since the last page fails at once; the next try has a new one.
template <class Result, class Work> boost::asio::awaitable<Result> PageReader::read(Work work)
{
    const auto begun = std::chrono::steady_clock::now();
    try {
        auto first = attempt<Result>(work);
        co_return co_await std::move(first);
    } catch (const model::Unavailable&) {
        if (std::chrono::steady_clock::now() - begun > patience_ / 2)
            throw;
    }
    auto second = attempt<Result>(std::move(work));
    co_return co_await std::move(second);
}

/// The server gives up as well: what nobody waits for is not worked on.
template <class Result, class Work> boost::asio::awaitable<Result> PageReader::attempt(Work work)
{
    auto job = [limit = fmt::format("SET LOCAL statement_timeout = {}", patience_.count()),
                work = std::move(work)](pqxx::connection& db) {
        pqxx::read_transaction tx{db};
        tx.exec0(limit);
        return Result{work(tx)};
    };
    co_return co_await worker_->run<Result>(std::move(job), patience_);
}

boost::asio::awaitable<model::ShownAccounts> PageReader::accounts()
{
    auto work = [](pqxx::transaction_base& tx) { return read_shown_accounts(tx); };
    co_return co_await read<model::ShownAccounts>(std::move(work));
}

boost::asio::awaitable<std::vector<model::GapsOfAccount>> PageReader::gaps()
{
    auto work = [](pqxx::transaction_base& tx) { return read_shown_gaps(tx); };
    co_return co_await read<std::vector<model::GapsOfAccount>>(std::move(work));
}

boost::asio::awaitable<model::ShownAccount> PageReader::account(std::string name)
{
    auto work = [name = std::move(name)](pqxx::transaction_base& tx) {
        return read_shown_account(tx, name);
    };
    co_return co_await read<model::ShownAccount>(std::move(work));
}

boost::asio::awaitable<std::optional<model::ShownPostHistory>>
PageReader::post(std::string account, model::MediaId id)
{
    auto work = [account = std::move(account), id](pqxx::transaction_base& tx) {
        return read_shown_post(tx, account, id);
    };
    co_return co_await read<std::optional<model::ShownPostHistory>>(std::move(work));
}

} // namespace insightd::storage
