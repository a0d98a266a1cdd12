#pragma once

#include "collectors/graph/permit.hpp"
#include "daemon/budget/governor.hpp"
#include "daemon/clock.hpp"
#include "daemon/failure_counts.hpp"
#include "storage/model/rows.hpp"

namespace insightd::replicas
{
class Ownership;
} // namespace insightd::replicas

namespace insightd::daemon
{

/// Asks for each call of one account whether the account is this instance's own at that moment,
/// then the governor; what its calls fail with is counted. Its turns are made one after the other,
/// each for one class of work.
class TurnPermit final : public graph::Permit
{
public:
    struct Owner {
        const replicas::Ownership* ownership; ///< nothing: every account is its own, for good
        model::AccountId account;
    };

    TurnPermit(
        Owner owner, budget::Governor& governor, FailureCounts& failures, const Clock& clock,
        std::size_t account);

    /// The calls from now on are made for this.
    void begin(budget::Work work, bool is_irreplaceable);

    /// Whether a call since begin() was refused because the account may be another instance's.
    bool is_withheld() const { return is_withheld_; }

    /// Whether a good answer since begin() said that the next ones will not be given.
    bool is_told_to_wait() const { return is_told_to_wait_; }

    std::optional<graph::Refusal> depart() override;
    std::optional<graph::Refusal> call_back() override;
    void ended(const graph::Ending& ending) override;

private:
    std::optional<graph::Refusal> refused_by_owner();

    Owner owner_;
    budget::Governor& governor_;
    FailureCounts& failures_; ///< of all accounts
    const Clock& clock_;
    std::size_t account_;
    budget::Work work_{};
    budget::Stage stage_{};
    bool is_irreplaceable_ = false;
    bool is_withheld_ = false;
    bool is_told_to_wait_ = false;
};

} // namespace insightd::daemon
