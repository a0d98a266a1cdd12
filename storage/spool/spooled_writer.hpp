#pragma once

#include "storage/database.hpp"
#include "storage/model/writer.hpp"
#include "storage/spool/lock.hpp"
#include "storage/spool/news.hpp"
#include "storage/spool/parcels.hpp"
#include "storage/spool/spool_file.hpp"
#include "storage/thread.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace insightd::spool
{

/// Takes rows whether the database does or not: what it does not take waits in the spool, and goes
/// there, in order, once it is back. States and promises: deploy/docs/spool.md.
class SpooledWriter final : public model::Writer
{
public:
    /// Where rows go.
    enum class State {
        direct,    ///< to the database; nothing waits
        spooling,  ///< to the spool: the database is away, slow, read-only, full, not prepared yet
        replaying, ///< to the database, but behind those of the same account that still wait
    };

    /// What is wrong with the spool itself.
    enum class Trouble {
        none,
        full,     ///< records are dropped to make room
        unusable, ///< the file cannot be written: rows stay in memory while the database is away
    };

    struct Services {
        boost::asio::any_io_executor loop;
        storage::Database& database;
        storage::Thread& disk;               ///< all work on the file happens there
        std::function<model::Instant()> now; ///< when losses are said to have happened
        Say say;
    };

    SpooledWriter(Services services, std::filesystem::path file, Bounds bounds);

    /// Called with the accounts (0: any) of which the database has just been told a loss: what they
    /// take for stored may not be. A loss counts as told once this returns.
    using LossesTold = std::function<boost::asio::awaitable<void>(std::vector<model::AccountId>)>;
    void on_losses(LossesTold told) { losses_told_ = std::move(told); }

    /// Looks what an earlier life left. Nothing may be written before. Throws InUse if another
    /// process has the spool; one that cannot be used for another reason is said, and tried again.
    boost::asio::awaitable<void> open();

    /// Rows may go to the database from now on: its schema and its accounts are up to date.
    void database_is_prepared();

    /// Returns when the rows are committed in PostgreSQL, or on this machine's disk. Throws
    /// Unavailable when neither takes them, Refused when the database does not want them.
    boost::asio::awaitable<void> write(model::SharedBatch batch) override;

    /// Rows that the database refused, for somebody to look at: they are kept in the file, and the
    /// database is told of the loss. Throws Unavailable if the file cannot be used.
    boost::asio::awaitable<void> keep_aside(model::SharedBatch refused, std::string why);

    /// Tries the database again and again while it is away, 1 s to 30 s apart by the machine's
    /// clock, and hands over what waits; until stop().
    boost::asio::awaitable<void> run();
    void stop();

    /// One such try, now. True when nothing waits any more.
    boost::asio::awaitable<bool> replay_now();

    /// The same with what waits at this moment: what comes meanwhile is left to run(), for it may
    /// come as fast as it goes.
    boost::asio::awaitable<void> replay_backlog();

    /// Whether something of the account has not reached the database yet.
    bool waits(model::AccountId account) const;

    State state() const { return state_; }
    bool database_is_up() const { return state_ != State::spooling; }
    Trouble trouble() const { return trouble_; }
    const Depth& depth() const { return depth_; }
    std::int64_t dropped_rows() const { return dropped_; }
    /// When the file was last found damaged, cut off or removed; nothing: not since the start.
    const std::optional<model::Instant>& damaged_at() const { return damaged_at_; }

private:
    /// What the file looked like after a piece of work.
    struct Glance {
        Depth depth;
        std::map<model::AccountId, std::int64_t> changes;
        std::int64_t dropped = 0;
        std::optional<model::Instant> damaged_at;
        bool dropping = false;
        std::string news;
    };

    using Lane = storage::Database::Lane;
    struct Backlog;
    struct Turnover;

    boost::asio::awaitable<void> spool(model::SharedBatch batch);
    boost::asio::awaitable<void> on_disk(std::function<void(SpoolFile&)> work);
    SpoolFile& file();
    Glance work_on_file(const std::function<void(SpoolFile&)>& work);
    void take_in(Glance glance);

    boost::asio::awaitable<bool> replay(std::optional<std::int64_t> most);
    boost::asio::awaitable<bool> hand_over(std::optional<std::int64_t> most);
    boost::asio::awaitable<bool> deliver_all(std::optional<std::int64_t> most);
    boost::asio::awaitable<std::string> failure_to_keep();
    boost::asio::awaitable<void> keep();
    boost::asio::awaitable<void> turn_over(Turnover& turnover);
    boost::asio::awaitable<bool> break_off(Turnover& turnover);
    boost::asio::awaitable<void> deliver(Backlog& backlog, Turnover& turnover);
    boost::asio::awaitable<void> deliver_for_good(Backlog& backlog);
    boost::asio::awaitable<void> deliver(Backlog& backlog);
    boost::asio::awaitable<bool> has_second_lane();
    boost::asio::awaitable<void> work_off(Backlog& backlog, Lane lane);
    boost::asio::awaitable<void> deliver(Parcel parcel, Lane lane);
    boost::asio::awaitable<bool> is_taken(const Parcel& parcel, Lane lane);
    boost::asio::awaitable<std::string>
    refusal_of(model::AccountId account, std::vector<storage::Step> steps, Lane lane);
    boost::asio::awaitable<void> deliver_singly(Record record, std::string why, Lane lane);
    boost::asio::awaitable<void> tell_losses();

    void note_away(const std::string& reason);
    void note_back();
    void note_drained();

    Services services_;
    LossesTold losses_told_;
    std::filesystem::path path_;
    Bounds bounds_;
    std::optional<Lock> lock_; ///< as the file, on the disk's thread only
    std::optional<SpoolFile> file_;

    State state_ = State::spooling;
    Trouble trouble_ = Trouble::none;
    bool prepared_ = false;
    bool busy_ = false;               ///< a replay is under way
    std::optional<bool> second_lane_; ///< whether that has one; nothing: it did not ask yet
    bool stopped_ = false;
    bool said_away_ = false;
    std::chrono::seconds backoff_;
    boost::asio::steady_timer wake_;
    Depth depth_;
    std::map<model::AccountId, std::int64_t> queued_; ///< records of each account in the file
    std::map<model::AccountId, std::int64_t> coming_; ///< on their way there
    std::int64_t dropped_ = 0;
    std::optional<model::Instant> damaged_at_;
    std::int64_t replayed_ = 0; ///< rows since the database came back
};

/// The name under which a state is shown.
std::string_view to_string(SpooledWriter::State state);

} // namespace insightd::spool
