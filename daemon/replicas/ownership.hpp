#pragma once

#include "storage/model/lease.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace insightd::replicas
{

/// Time since the machine started, as nothing can set it; it goes on while a process is stopped and
/// while the machine sleeps.
using Moment = std::chrono::nanoseconds;

Moment moment_of_machine();

/// What an instance knows of its own leases, without asking: pure, and never surer than it may be.
class Ownership
{
public:
    /// What may be done for the accounts that are its own.
    enum class Standing {
        everything,
        irreplaceable, ///< the database is away, and others live: only what would be gone for good
        nothing,       ///< too long without a heartbeat: others may own them by now
    };

    /// A heartbeat holds for so long after its beginning: less than the database gives, for others
    /// must not begin before this one ended.
    static constexpr std::chrono::seconds holds{13};

    Ownership(std::vector<model::AccountId> configured, std::function<Moment()> now);

    /// Other accounts are configured from now on.
    void configured(std::vector<model::AccountId> accounts) { configured_ = std::move(accounts); }

    /// Until the database was reached for the first time everything may be done by one that does
    /// not know of others: it may well be alone, and what it collects waits in the spool.
    Standing standing() const;

    /// Whether a call for the account may be made at this very moment.
    bool may_call(model::AccountId account, bool is_irreplaceable) const;

    /// What an earlier life in the same home knew last. Before the first heartbeat.
    void remembers(const model::LeaseMemory& earlier);

    /// Of the account's lease; nothing if it is not this instance's own.
    std::optional<std::int64_t> fence(model::AccountId account) const;

    /// Under which rows of the account are written: of its lease; of the earlier life's while the
    /// database was never reached; else the one that holds as long as nobody ever took it.
    std::int64_t fence_of_rows(model::AccountId account) const;

    /// Accounts that changed hands, as a heartbeat told.
    struct Change {
        std::vector<model::AccountId> taken, lost;
    };

    /// The database answered to a heartbeat that was begun at `began`.
    Change answered(Moment began, const std::vector<model::Lease>& held, bool is_alone);

    /// It did not: whoever was alone when it last did goes on, for as long as the next heartbeat is
    /// not overdue. What was granted and has ended comes back only after heartbeats have failed for
    /// as long as one holds: who was stopped may have been missed, and one failure says nothing.
    void unanswered();

    std::size_t held() const { return leases_.size(); }
    bool was_reached() const { return was_reached_; }
    bool is_alone() const { return is_alone_; }

private:
    std::vector<model::AccountId> configured_;
    std::function<Moment()> now_;
    std::unordered_map<model::AccountId, std::int64_t> leases_;     ///< fences
    std::unordered_map<model::AccountId, std::int64_t> remembered_; ///< of an earlier life
    bool had_peers_ = false;                                        ///< then
    Moment until_{};                                                ///< what is granted ends
    Standing granted_ = Standing::everything;
    std::optional<Moment> silent_since_; ///< the first failure after that
    bool was_reached_ = false;
    bool is_alone_ = true; ///< when the database was last reached
};

} // namespace insightd::replicas
