#pragma once

#include "storage/model/block.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <chrono>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// How several insightd share the accounts of one database: deploy/docs/replicas.md.
namespace insightd::model
{

/// The right to collect an account, and the number under which its rows are written.
struct Lease {
    AccountId account_id{};
    std::int64_t fence = 0; ///< another one at each taking

    bool operator==(const Lease&) const = default;
};

/// The fence of an account that nobody ever took.
constexpr std::int64_t never_taken = 0;

/// What an instance left behind in its folder, for the next life there.
struct LeaseMemory {
    std::vector<Lease> leases;
    bool had_peers = false; ///< others lived: what is not among the leases is theirs

    bool operator==(const LeaseMemory&) const = default;
};

/// A process that takes part, as it introduces itself.
struct Newcomer {
    std::string instance_id; ///< random
    std::string home;        ///< of its state_dir: a predecessor of the same is dead. Empty: none
    std::string host;
    std::int64_t pid = 0;
    std::string version;
    std::vector<AccountId> accounts; ///< in its configuration
    std::vector<Lease> claims;       ///< of an earlier life, where nobody took them since
};

/// What an instance knows when it decides how many accounts should be its own.
struct Census {
    double share = 0;      ///< its accounts, each divided by the instances that have it configured
    std::int64_t held = 0; ///< leases that are its own, less those that it is giving up
    std::int64_t wanted_by_others = 0; ///< that others lack of their shares
    bool is_settled = false;           ///< nobody came or went for some heartbeats
};

/// What it decides.
struct SharePlan {
    std::int64_t take = 0;          ///< at most so many free accounts
    std::int64_t let_go = 0;        ///< so many of its own
    std::int64_t take_unwanted = 0; ///< at most so many that none of those who lack some can take

    bool operator==(const SharePlan&) const = default;
};

/// One heartbeat, as the instance sends it.
struct Beat {
    Newcomer who;
    bool registers = false;            ///< its first
    bool says_accounts = false;        ///< who.accounts are others than it said before
    std::vector<AccountId> given_back; ///< nothing of them is under way or waits to be stored
    std::vector<AccountId> leaving;    ///< to be given back at a later heartbeat
    bool takes = true; ///< free accounts; else it lacks none either, and gives none up
    bool is_settled = false;
    std::vector<std::string> known_instances;       ///< as of the heartbeat before
    double known_share = 0;                         ///< that went with them
    std::function<SharePlan(const Census&)> decide; ///< pure; called on another thread
    std::vector<Block> blocks;                      ///< that it was told of by the platform
};

/// What the database says to it.
struct BeatAnswer {
    bool was_removed = false; ///< others took it for dead: nothing is its own, it must register
    std::vector<std::string> instances; ///< alive, itself included; sorted. Each with a sign that
                                        ///< is another when its accounts are
    double share = 0;
    std::vector<Lease> held;
    std::vector<AccountId> given_back; ///< those of the beat that are free now; the rest remain
    std::vector<AccountId> to_let_go;  ///< of the held ones: others lack them
    std::int64_t wants = 0;            ///< that it lacks itself of its share
    std::vector<Block> blocks;         ///< that anybody was told of within a day, over or not
};

/// One row of the view `insights.account_owner`.
struct Owner {
    AccountId account_id{};
    std::string account;     ///< the name in the YAML
    std::string instance_id; ///< empty: nobody collects it
    std::string host;
    std::int64_t pid = 0;
    std::optional<Instant> since;
};

/// One row of the view `insights.instance_status`.
struct Instance {
    std::string instance_id, host, version;
    std::int64_t pid = 0;
    Instant started_at, heartbeat_at;
    std::int64_t accounts_configured = 0, accounts_owned = 0;
    std::chrono::seconds heartbeat_age{}; ///< by the database's clock, when it was asked
};

/// Who shares the database, and who has what.
struct Sharing {
    std::vector<Instance> instances;
    std::vector<Owner> owners;
};

} // namespace insightd::model
