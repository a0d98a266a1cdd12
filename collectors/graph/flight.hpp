#pragma once

#include "collectors/graph/permit.hpp"

#include <vector>

namespace insightd::graph
{

/// Calls under way in one request: whatever cuts it off, the permit is told of the end of each.
class Flight
{
public:
    explicit Flight(Permit* permit) : permit_{permit} {}
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight()
    {
        if (permit_ != nullptr)
            for (const auto& ending : endings)
                permit_->ended(ending);
    }

    /// Why one more call may not leave now; nothing if it does.
    std::optional<Refusal> depart()
    {
        auto refusal = permit_ != nullptr ? permit_->depart() : std::nullopt;
        if (!refusal)
            endings.emplace_back();
        return refusal;
    }

    std::vector<Ending> endings; ///< of the calls that left, in their order

private:
    Permit* permit_;
};

} // namespace insightd::graph
