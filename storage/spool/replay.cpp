#include "storage/joining.hpp"
#include "storage/spool/parcels.hpp"
#include "storage/spool/spooled_writer.hpp"
#include "storage/write.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

// The way out of the spool.
namespace insightd::spool
{
namespace
{

namespace asio = boost::asio;

/// Taken out of the file, made durable and acknowledged together. A crash replays what is being
/// written, and what was before it.
constexpr std::size_t records_at_once = 2048;
constexpr std::size_t bytes_at_once = 8 * 1024 * 1024;

} // namespace

/// What was taken out of the file, account by account, and what has become of it.
struct SpooledWriter::Backlog {
    std::vector<std::vector<Record>> accounts;
    std::size_t next = 0;              ///< account that nobody has begun with
    std::vector<std::int64_t> written; ///< places of the records that the database took
    std::int64_t rows = 0;             ///< in them
    std::string away;                  ///< why the database took no more; empty: it did
};

/// What the file does while the database is busy with a backlog: what is stored leaves it, and what
/// comes behind the backlog is read.
struct SpooledWriter::Turnover {
    std::vector<std::int64_t> stored;
    std::int64_t behind = 0; ///< the backlog's last place; 0: it is empty
    std::vector<Record> next;
    std::exception_ptr broken; ///< why the file could not
};

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
    if (std::exchange(second_lane_, std::nullopt))
        co_await services_.database.close_second_lane();
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
    Turnover turnover;
    co_await turn_over(turnover);
    for (;;) {
        if (turnover.broken)
            std::rethrow_exception(turnover.broken);
        auto records = std::exchange(turnover.next, {});
        if (records.empty() && turnover.stored.empty() && coming_.empty())
            break;
        turnover.behind = records.empty() ? 0 : records.back().seq;
        Backlog backlog;
        backlog.accounts = by_account(std::move(records));
        co_await deliver(backlog, turnover);
        if (backlog.away.empty())
            replayed_ += backlog.rows;
        else
            note_away(backlog.away);
        delivered += std::ssize(backlog.written);
        turnover.stored = std::move(backlog.written);
        if (!backlog.away.empty() || stopped_ || (most && delivered >= *most))
            co_return co_await break_off(turnover);
    }
    note_back();
    co_await tell_losses();
    const auto shrink = [](SpoolFile& file) { file.shrink(); };
    if (replayed_ > 0)
        co_await on_disk(shrink);
    // What came while this was done is there for the next round.
    co_return coming_.empty() && queued_.empty() && state_ == State::replaying;
}

/// What was read already is read again by whoever goes on. Always false.
asio::awaitable<bool> SpooledWriter::break_off(Turnover& turnover)
{
    if (turnover.broken)
        std::rethrow_exception(turnover.broken);
    const auto end = [written = std::move(turnover.stored),
                      now = services_.now()](SpoolFile& file) {
        file.acknowledge(written, now);
        file.give_back();
    };
    co_await on_disk(end);
    co_return false;
}

asio::awaitable<void> SpooledWriter::deliver(Backlog& backlog, Turnover& turnover)
{
    using namespace asio::experimental::awaitable_operators;
    auto database = deliver_for_good(backlog);
    auto disk = turn_over(turnover);
    co_await (std::move(database) && std::move(disk));
}

/// Not only when the disk is done as well: a server that crashes in between costs a second try.
asio::awaitable<void> SpooledWriter::deliver_for_good(Backlog& backlog)
{
    co_await deliver(backlog);
    if (backlog.away.empty() && !backlog.written.empty())
        backlog.away = co_await failure_to_keep();
    if (!backlog.away.empty()) // it may have forgotten what it took
        backlog.written.clear();
}

/// Up to its end, until the database is away, or until the daemon stops.
asio::awaitable<void> SpooledWriter::deliver(Backlog& backlog)
{
    using namespace asio::experimental::awaitable_operators;
    const bool has_two = backlog.accounts.size() > 1 && co_await has_second_lane();
    auto first = work_off(backlog, Lane::first);
    if (!has_two) {
        co_await std::move(first);
        co_return;
    }
    auto second = work_off(backlog, Lane::second);
    co_await (std::move(first) && std::move(second));
}

/// Asked for once in each replay: one that is not to be had costs time.
asio::awaitable<bool> SpooledWriter::has_second_lane()
{
    if (!second_lane_)
        second_lane_ = co_await services_.database.open_second_lane();
    co_return *second_lane_;
}

/// One account after the other, beside another lane that does the same.
asio::awaitable<void> SpooledWriter::work_off(Backlog& backlog, Lane lane)
{
    const auto goes_on = [&] { return backlog.away.empty() && !stopped_; };
    while (goes_on() && backlog.next < backlog.accounts.size()) {
        auto parcels = parcels_of(std::move(backlog.accounts[backlog.next++]));
        for (auto parcel = parcels.begin(); parcel != parcels.end() && goes_on(); ++parcel) {
            std::vector<std::int64_t> places;
            std::int64_t rows = 0;
            for (const auto& record : *parcel) {
                places.push_back(record.seq);
                rows += static_cast<std::int64_t>(record.contents.rows);
            }
            try {
                co_await deliver(std::move(*parcel), lane);
            } catch (const model::Unavailable& error) {
                backlog.away = error.what();
                co_return;
            }
            if (backlog.away.empty()) // in the other lane, meanwhile
                note_back(); // not earlier: a database that is full answers, and takes nothing
            std::ranges::copy(places, std::back_inserter(backlog.written));
            backlog.rows += rows;
        }
    }
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

/// Throws Unavailable if it may not be.
asio::awaitable<void> SpooledWriter::keep()
{
    const auto why = co_await failure_to_keep();
    if (!why.empty())
        throw model::Unavailable{why};
}

asio::awaitable<void> SpooledWriter::turn_over(Turnover& turnover)
{
    const auto found = std::make_shared<std::vector<Record>>();
    const auto work = [found, stored = std::exchange(turnover.stored, {}), behind = turnover.behind,
                       now = services_.now()](SpoolFile& file) {
        file.acknowledge(stored, now);
        *found = file.next(records_at_once, bytes_at_once, now, behind);
    };
    try {
        co_await on_disk(work);
    } catch (const model::Unavailable&) {
        turnover.broken = std::current_exception();
    }
    turnover.next = std::move(*found);
}

/// One transaction, unless the database refuses something of it: then one for each record, and what
/// is refused does not block what is behind it.
asio::awaitable<void> SpooledWriter::deliver(Parcel parcel, Lane lane)
{
    if (parcel.size() > 1 && co_await is_taken(parcel, lane))
        co_return;
    for (auto& record : parcel) {
        auto why = co_await refusal_of(record.account_id, record.steps, lane);
        if (!why.empty())
            co_await deliver_singly(std::move(record), std::move(why), lane);
    }
}

asio::awaitable<bool> SpooledWriter::is_taken(const Parcel& parcel, Lane lane)
{
    std::vector<std::vector<storage::Step>> batches;
    for (const auto& record : parcel)
        batches.push_back(record.steps);
    try {
        auto steps = storage::joined(std::move(batches));
        co_await services_.database.write_steps(parcel.front().account_id, std::move(steps), lane);
    } catch (const model::Refused&) { // which of them it is about, is found out one by one
        co_return false;
    }
    co_return true;
}

/// Why it was refused; empty if it was taken.
asio::awaitable<std::string>
SpooledWriter::refusal_of(model::AccountId account, std::vector<storage::Step> steps, Lane lane)
{
    try {
        co_await services_.database.write_steps(account, std::move(steps), lane);
    } catch (const model::Refused& refused) {
        co_return refused.what();
    }
    co_return std::string{};
}

/// Every row by itself; those that are not taken are kept aside with their record.
asio::awaitable<void> SpooledWriter::deliver_singly(Record record, std::string why, Lane lane)
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
            auto reason = co_await refusal_of(record.account_id, std::move(steps), lane);
            if (reason.empty())
                continue;
            ++refused;
            why = std::move(reason);
        }
    }
    if (refused == 0)
        co_return;
    co_await keep(); // its other rows leave the file as well
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
    const auto look = [found, now = services_.now()](SpoolFile& file) {
        *found = file.losses(now);
    };
    co_await on_disk(look);
    std::vector<UntoldLoss> told;
    std::set<model::AccountId> accounts;
    for (const auto& [account, loss] : *found) {
        model::Batch batch;
        batch.account_id = account;
        batch.losses.push_back(loss);
        const auto refused = co_await refusal_of(account, storage::steps_of(batch), Lane::first);
        if (!refused.empty()) { // it stays, and is told again
            services_.say({News::Weight::error, "loss_refused", {{"reason", refused}}});
            continue;
        }
        accounts.insert(account);
        told.push_back({account, loss});
    }
    if (told.empty())
        co_return;
    co_await keep();
    if (losses_told_)
        co_await losses_told_({accounts.begin(), accounts.end()});
    const auto forget = [told = std::move(told), now = services_.now()](SpoolFile& file) {
        file.told(told, now);
    };
    co_await on_disk(forget);
}

} // namespace insightd::spool
