#include "storage/spool/spooled_writer.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <set>

// The way out of the spool.
namespace insightd::spool
{
namespace
{

namespace asio = boost::asio;

/// Taken out of the file, made durable and acknowledged together: what a crash in between replays
/// twice.
constexpr std::size_t records_at_once = 64;
constexpr std::size_t bytes_at_once = 4 * 1024 * 1024;

} // namespace

asio::awaitable<bool> SpooledWriter::replay_now()
{
    co_return co_await replay(std::nullopt);
}

asio::awaitable<void> SpooledWriter::replay_backlog()
{
    co_await replay(depth_.records);
    wake_.cancel();
}

/// At most so many records, rounded up to what is taken out of the file together.
asio::awaitable<bool> SpooledWriter::replay(std::optional<std::int64_t> most)
{
    if (!prepared_ || busy_)
        co_return false;
    busy_ = true;
    const bool drained = co_await hand_over(most);
    busy_ = false;
    co_return drained;
}

asio::awaitable<bool> SpooledWriter::hand_over(std::optional<std::int64_t> most)
{
    std::string away;
    try {
        co_await services_.database.probe();
    } catch (const model::Unavailable& error) {
        away = error.what();
    }
    if (!away.empty()) {
        note_away(away);
        co_return false;
    }
    bool drained = false;
    try {
        drained = co_await deliver_all(most);
    } catch (const model::Unavailable& error) {
        away = error.what();
    }
    if (trouble_ == Trouble::unusable) // said; then the database is all there is
        note_back();
    else if (!away.empty())
        note_away(away);
    if (drained)
        note_drained();
    co_return drained;
}

/// False when the database went away again, when that was enough, or when the daemon stops.
asio::awaitable<bool> SpooledWriter::deliver_all(std::optional<std::int64_t> most)
{
    std::int64_t delivered = 0;
    for (;;) {
        auto records = co_await fetch();
        if (records.empty() && coming_.empty())
            break;
        std::vector<std::int64_t> written;
        std::string away;
        std::int64_t rows = 0;
        for (auto& record : records) {
            if (stopped_)
                break;
            const auto seq = record.seq;
            const auto count = static_cast<std::int64_t>(record.contents.rows);
            try {
                co_await deliver(std::move(record));
            } catch (const model::Unavailable& error) {
                away = error.what();
                break;
            }
            note_back(); // not earlier: a database that is full answers, and takes nothing
            written.push_back(seq);
            rows += count;
        }
        if (away.empty())
            away = co_await failure_to_keep();
        if (!away.empty()) { // it may have forgotten what it took
            written.clear();
            rows = 0;
        }
        const auto acknowledge = [written](SpoolFile& file) { file.acknowledge(written); };
        co_await on_disk(acknowledge);
        replayed_ += rows;
        if (!away.empty())
            note_away(away);
        delivered += std::ssize(written);
        if (!away.empty() || stopped_ || (most && delivered >= *most))
            co_return false;
    }
    note_back();
    co_await tell_losses();
    const auto shrink = [](SpoolFile& file) { file.shrink(); };
    if (replayed_ > 0)
        co_await on_disk(shrink);
    // What came while this was done is there for the next round.
    co_return coming_.empty() && queued_.empty() && state_ == State::replaying;
}

/// Why what was delivered may not be on the database's disk; empty if it is.
asio::awaitable<std::string> SpooledWriter::failure_to_keep()
{
    try {
        co_await services_.database.make_durable();
    } catch (const model::Unavailable& error) {
        co_return error.what();
    } catch (const model::Refused& error) {
        co_return error.what();
    }
    co_return std::string{};
}

asio::awaitable<std::vector<Record>> SpooledWriter::fetch()
{
    const auto found = std::make_shared<std::vector<Record>>();
    const auto look = [found, now = services_.now()](SpoolFile& file) {
        *found = file.next(records_at_once, bytes_at_once, now);
    };
    co_await on_disk(look);
    co_return std::move(*found);
}

/// One transaction. What the database refuses must not block what is behind it.
asio::awaitable<void> SpooledWriter::deliver(Record record)
{
    auto why = co_await refusal_of(record.account_id, record.steps);
    if (!why.empty())
        co_await deliver_singly(std::move(record), std::move(why));
}

/// Why it was refused; empty if it was taken.
asio::awaitable<std::string>
SpooledWriter::refusal_of(model::AccountId account, std::vector<storage::Step> steps)
{
    try {
        co_await services_.database.write_steps(account, std::move(steps));
    } catch (const model::Refused& refused) {
        co_return refused.what();
    }
    co_return std::string{};
}

/// Every row by itself; those that are not taken are kept aside with their record.
asio::awaitable<void> SpooledWriter::deliver_singly(Record record, std::string why)
{
    std::size_t refused = 0;
    std::vector<storage::Step> fence;
    for (const auto& step : record.steps) {
        if (storage::is_fence(step)) {
            fence = {step};
            continue;
        }
        for (auto& single : storage::single_rows(step)) {
            auto steps = fence;
            steps.push_back(std::move(single));
            auto reason = co_await refusal_of(record.account_id, std::move(steps));
            if (reason.empty())
                continue;
            ++refused;
            why = std::move(reason);
        }
    }
    if (refused == 0)
        co_return;
    services_.say(
        {News::Weight::error,
         "spooled_rows_refused",
         {{"account_id", std::to_string(record.account_id)},
          {"collector", record.contents.collector},
          {"rows", std::to_string(refused)},
          {"reason", why}}});
    const auto put_aside = [record = std::move(record), refused, why, now = services_.now()](
                               SpoolFile& file) { file.set_aside(record, refused, why, now); };
    co_await on_disk(put_aside);
}

/// The database remembers for good what the spool had to drop.
asio::awaitable<void> SpooledWriter::tell_losses()
{
    const auto found = std::make_shared<std::vector<UntoldLoss>>();
    const auto look = [found](SpoolFile& file) { *found = file.losses(); };
    co_await on_disk(look);
    std::set<model::AccountId> accounts;
    for (const auto& [account, loss] : *found) {
        accounts.insert(account);
        model::Batch batch;
        batch.account_id = account;
        batch.losses.push_back(loss);
        const auto refused = co_await refusal_of(account, storage::steps_of(batch));
        if (!refused.empty())
            services_.say({News::Weight::error, "loss_refused", {{"reason", refused}}});
    }
    if (found->empty())
        co_return;
    if (losses_told_)
        co_await losses_told_({accounts.begin(), accounts.end()});
    const auto forget = [found](SpoolFile& file) { file.told(*found); };
    co_await on_disk(forget);
}

} // namespace insightd::spool
