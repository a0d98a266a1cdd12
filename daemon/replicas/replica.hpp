#pragma once

#include "daemon/replicas/ownership.hpp"
#include "storage/heart.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace insightd::replicas
{

/// What happened to the instance's accounts, for a log.
struct News {
    std::string event;
    std::vector<std::pair<std::string, std::string>> fields;
};

/// One of the instances that share a database: sends heartbeats, and sees to it that whoever does
/// the work has the accounts that are its own, and no others. deploy/docs/replicas.md.
class Replica
{
public:
    /// Whoever does the work.
    struct Worker {
        /// Begins with these accounts, on what the database remembers of them; once it has been
        /// asked, only with those that are still its own. May throw model::Unavailable: then this
        /// is called again.
        std::function<boost::asio::awaitable<void>(
            std::vector<model::AccountId>, std::function<bool(model::AccountId)> is_still_ours)>
            take_over;
        /// Begins nothing more for them.
        std::function<void(const std::vector<model::AccountId>&)> let_go;
        /// Whether nothing is under way for the account.
        std::function<bool(model::AccountId)> is_at_rest;
        /// Whether all that was read of it is in the database: only then may another go on from
        /// what the database knows.
        std::function<bool(model::AccountId)> is_stored;
        /// What may be done may have changed.
        std::function<void()> look_again;
        /// Blocks of the platform: those it was told of, and those that others were.
        std::function<std::vector<model::Block>()> blocks;
        std::function<void(const std::vector<model::Block>&)> heed;
        std::function<void(const News&)> say;
    };

    Replica(
        boost::asio::any_io_executor loop, storage::Heart& heart, model::Newcomer who,
        std::function<Moment()> now = moment_of_machine);

    /// Before the first heartbeat.
    void works_through(Worker worker) { worker_ = std::move(worker); }
    void has_home(std::string home) { who_.home = std::move(home); }
    void remembers(const model::LeaseMemory& earlier);

    /// Other accounts are configured from now on, all of which the database knows. Of the others
    /// the worker is told to let go; they are given back once nothing of them is under way or waits
    /// to be stored. Those that are new are taken like any that is free.
    void configured(std::vector<model::AccountId> accounts);

    const std::vector<model::AccountId>& accounts() const { return who_.accounts; }

    const Ownership& ownership() const { return ownership_; }
    std::size_t instances() const { return known_.size(); }

    /// One heartbeat. The worker lets go at once of what was lost; what was taken waits for
    /// take_over(). Nothing is thrown: a database that is away is noted.
    boost::asio::awaitable<void> beat();

    /// Hands the worker what was taken, some hundred at a time, as soon as nothing of an earlier
    /// time is under way there.
    /// Throws model::Unavailable.
    boost::asio::awaitable<void> take_over();

    /// Heartbeats, until leave().
    boost::asio::awaitable<void> run();
    /// Hands over what was taken, whenever there is some, until leave().
    boost::asio::awaitable<void> run_takeovers();

    /// Whether an account is held on, as of this call: one that was lost since and taken anew is
    /// not.
    std::function<bool(model::AccountId)> still_held() const;

    /// From now on nothing is taken any more; the heartbeats go on. Who registers so has what it
    /// had before, under the same fences, as far as nobody took it since.
    void take_no_more() { takes_more_ = false; }
    void take_again() { takes_more_ = true; }
    bool takes() const { return takes_more_; }

    /// The end: everything that is stored is given back at once. Nothing is thrown: whoever cannot
    /// say so is missed after 15 s.
    boost::asio::awaitable<void> leave();

    /// What the next life in the same home should know: also of those who were here within a day,
    /// for they may have come back when it begins.
    model::LeaseMemory memory() const;

private:
    boost::asio::awaitable<bool> take_over_some();
    model::Beat next_beat();
    std::vector<model::Lease> claims() const;
    bool has_peers() const;
    bool may_be_given_back(model::AccountId account) const;
    void take_in(Moment began, const model::BeatAnswer& answer);
    void lose(const std::vector<model::AccountId>& accounts);
    void give_up(const std::vector<model::AccountId>& accounts);
    bool owes_accounts() const;
    void begin_anew();
    void tell_whether_answered(const std::optional<std::string>& why_not);
    void tell(const Ownership::Change& change);
    std::chrono::steady_clock::duration next_wait() const;

    storage::Heart& heart_;
    model::Newcomer who_;
    std::function<Moment()> now_;
    Ownership ownership_;
    Worker worker_;
    std::vector<model::AccountId> told_; ///< accounts, as the database has them
    bool registered_ = false;
    bool takes_more_ = true;
    bool left_ = false;
    bool answers_ = true;                ///< the database did to the last heartbeat
    std::set<model::AccountId> taken_;   ///< the worker does not have them yet
    std::set<model::AccountId> leaving_; ///< the worker was told to let go; still ours
    std::set<model::AccountId> gone_;    ///< given back at the end, to peers
    std::vector<std::string> known_;     ///< instances, as of the last heartbeat
    std::optional<Moment> met_;          ///< when others lived, last
    double share_ = 0;
    std::int64_t wants_ = 0;
    int beats_unchanged_ = 0;            ///< since somebody came or went
    boost::asio::steady_timer next_;     ///< heartbeat
    boost::asio::steady_timer takeover_; ///< cancelled when something was taken
};

} // namespace insightd::replicas
