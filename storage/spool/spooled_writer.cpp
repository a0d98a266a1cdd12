#include "storage/spool/spooled_writer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

// The state machine, and the way into the spool; the way out is in replay.cpp.
namespace insightd::spool
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::seconds first_backoff{1};
constexpr std::chrono::seconds longest_backoff{30};

/// Whoever stops has little time: what the database does not take at once is spooled.
constexpr std::chrono::seconds patience_when_stopping{2};

} // namespace

std::string_view to_string(SpooledWriter::State state)
{
    static constexpr std::array<std::string_view, 3> names{"direct", "spooling", "replaying"};
    return names.at(static_cast<std::size_t>(state));
}

SpooledWriter::SpooledWriter(Services services, std::filesystem::path file, Bounds bounds)
    : services_{std::move(services)}, path_{std::move(file)}, bounds_{bounds},
      backoff_{first_backoff}, wake_{services_.loop}
{
}

asio::awaitable<void> SpooledWriter::open()
{
    const auto look = [](SpoolFile&) {};
    try {
        co_await on_disk(look);
    } catch (const InUse&) {
        throw;
    } catch (const model::Unavailable&) { // said; tried again with the next rows
    }
    if (depth_.records > 0)
        services_.say(
            {News::Weight::information,
             "spool_recovered",
             {{"rows", std::to_string(depth_.rows)}, {"records", std::to_string(depth_.records)}}});
}

void SpooledWriter::database_is_prepared()
{
    prepared_ = true;
    wake_.cancel();
}

bool SpooledWriter::waits(model::AccountId account) const
{
    return queued_.contains(account) || coming_.contains(account);
}

asio::awaitable<void> SpooledWriter::write(model::SharedBatch batch)
{
    // Order yields to what can be stored at all: late rows are taken as well.
    if (state_ != State::spooling && (trouble_ == Trouble::unusable || !waits(batch->account_id))) {
        std::string away;
        try {
            co_await services_.database.write(batch);
            co_return;
        } catch (const model::Unavailable& error) {
            away = error.what();
        }
        note_away(away);
    }
    co_await spool(std::move(batch));
}

asio::awaitable<void> SpooledWriter::spool(model::SharedBatch batch)
{
    const auto account = batch->account_id;
    const auto append = [batch, now = services_.now()](SpoolFile& file) {
        file.append(record_of(*batch), now);
    };
    ++coming_[account];
    std::exception_ptr broken;
    try {
        co_await on_disk(append);
    } catch (const model::Unavailable&) {
        broken = std::current_exception();
    }
    if (--coming_[account] == 0)
        coming_.erase(account);
    if (broken)
        std::rethrow_exception(broken);
}

asio::awaitable<void> SpooledWriter::keep_aside(model::SharedBatch refused, std::string why)
{
    const auto keep = [refused = std::move(refused), why = std::move(why), now = services_.now()](
                          SpoolFile& file) { file.refuse(record_of(*refused), why, now); };
    co_await on_disk(keep);
    if (state_ != State::direct)
        co_return;
    state_ = State::replaying; // which ends with telling losses
    wake_.cancel();
}

/// Opened at first use, and again after it could not be: nobody else gets it meanwhile.
SpoolFile& SpooledWriter::file()
{
    if (lock_ && !lock_->is_in_place()) {
        lock_.reset();
        if (file_)
            file_->leave_folder();
    }
    if (!lock_)
        lock_.emplace(path_.string() + ".lock");
    if (!file_)
        file_.emplace(path_, bounds_, services_.now());
    return *file_;
}

SpooledWriter::Glance SpooledWriter::work_on_file(const std::function<void(SpoolFile&)>& work)
{
    try {
        auto& spool = file();
        work(spool);
        return {spool.depth(),      spool.take_changes(),  spool.dropped(),
                spool.damaged_at(), spool.take_dropping(), spool.take_news()};
    } catch (const InUse&) {
        throw;
    } catch (const std::exception& error) {
        throw model::Unavailable{fmt::format(
            "the spool {} cannot be used: {}; see that the disk has room and that state_dir "
            "belongs to the user insightd runs as",
            path_.string(), error.what())};
    }
}

asio::awaitable<void> SpooledWriter::on_disk(std::function<void(SpoolFile&)> work)
{
    auto job = [this, work = std::move(work)] { return work_on_file(work); };
    std::exception_ptr broken;
    try {
        auto glance = co_await services_.disk.run<Glance>(std::move(job));
        take_in(std::move(glance));
        co_return;
    } catch (const model::Unavailable& error) {
        broken = std::current_exception();
        if (std::exchange(trouble_, Trouble::unusable) != Trouble::unusable)
            services_.say({News::Weight::error, "spool_unusable", {{"reason", error.what()}}});
    }
    std::rethrow_exception(broken);
}

/// One line for each change of state, not for each row.
void SpooledWriter::take_in(Glance glance)
{
    depth_ = glance.depth;
    for (const auto& [account, records] : glance.changes)
        if ((queued_[account] += records) <= 0)
            queued_.erase(account);
    if (trouble_ == Trouble::unusable) {
        trouble_ = Trouble::none;
        services_.say({News::Weight::information, "spool_usable", {}});
    }
    if (!glance.news.empty())
        services_.say({News::Weight::error, "spool_damaged", {{"reason", glance.news}}});
    if (glance.dropping && trouble_ != Trouble::full) {
        trouble_ = Trouble::full;
        services_.say(
            {News::Weight::error,
             "spool_full",
             {{"dropped", "the oldest rows that can be fetched again, then the oldest"},
              {"rows", std::to_string(depth_.rows)},
              {"mend", "bring the database back, or raise spool.max_bytes and spool.max_rows"}}});
    }
    dropped_ = glance.dropped;
    damaged_at_ = glance.damaged_at;
}

asio::awaitable<void> SpooledWriter::run()
{
    while (!stopped_) {
        const bool idle = state_ == State::direct || !prepared_;
        if (!idle && co_await replay_now())
            continue;
        if (stopped_)
            break;
        if (idle)
            wake_.expires_at(std::chrono::steady_clock::time_point::max());
        else
            wake_.expires_after(backoff_);
        if (!idle)
            backoff_ = std::min(backoff_ * 2, longest_backoff);
        boost::system::error_code cut_short;
        co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
    }
}

void SpooledWriter::stop()
{
    stopped_ = true;
    services_.database.hurry(patience_when_stopping);
    wake_.cancel();
}

void SpooledWriter::note_away(const std::string& reason)
{
    if (std::exchange(state_, State::spooling) != State::spooling) {
        backoff_ = first_backoff;
        wake_.cancel();
    }
    if (!std::exchange(said_away_, true))
        services_.say(
            {News::Weight::error, "store_away", {{"reason", reason}, {"rows", "spooling"}}});
}

void SpooledWriter::note_back()
{
    if (std::exchange(state_, State::replaying) == State::replaying)
        return;
    replayed_ = 0;
    if (std::exchange(said_away_, false))
        services_.say(
            {News::Weight::information,
             "store_back",
             {{"rows", depth_.records > 0 ? "replaying" : "direct"},
              {"waiting", std::to_string(depth_.rows)}}});
}

void SpooledWriter::note_drained()
{
    state_ = State::direct;
    backoff_ = first_backoff;
    if (trouble_ == Trouble::full)
        trouble_ = Trouble::none;
    if (replayed_ > 0)
        services_.say(
            {News::Weight::information, "spool_drained", {{"rows", std::to_string(replayed_)}}});
}

} // namespace insightd::spool
