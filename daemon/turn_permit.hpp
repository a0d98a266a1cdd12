#pragma once

#include "collectors/graph/permit.hpp"
#include "daemon/budget/governor.hpp"
#include "daemon/clock.hpp"

namespace insightd::daemon
{

/// Asks the governor for each call of one account. Its turns are made one after the other, each for
/// one class of work.
class TurnPermit final : public graph::Permit
{
public:
    TurnPermit(budget::Governor& governor, const Clock& clock, std::size_t account);

    /// The calls from now on are made for this.
    void begin(budget::Work work);

    std::optional<std::chrono::seconds> depart() override;
    void ended(const graph::Ending& ending) override;

private:
    budget::Governor& governor_;
    const Clock& clock_;
    std::size_t account_;
    budget::Work work_{};
    budget::Stage stage_{};
};

} // namespace insightd::daemon
