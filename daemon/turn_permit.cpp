#include "daemon/turn_permit.hpp"

#include "daemon/replicas/ownership.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

constexpr graph::Refusal may_be_anothers{
    "the account may be another insightd's at this moment", std::chrono::seconds{1}};

} // namespace

TurnPermit::TurnPermit(
    Owner owner, budget::Governor& governor, const Clock& clock, std::size_t account)
    : owner_{owner}, governor_{governor}, clock_{clock}, account_{account}
{
}

void TurnPermit::begin(budget::Work work, bool is_irreplaceable)
{
    work_ = work;
    stage_ = budget::Stage::begins;
    is_irreplaceable_ = is_irreplaceable;
    is_withheld_ = false;
}

std::optional<graph::Refusal> TurnPermit::call_back()
{
    if (owner_.ownership == nullptr ||
        owner_.ownership->may_call(owner_.account, is_irreplaceable_))
        return std::nullopt;
    is_withheld_ = true;
    return may_be_anothers;
}

std::optional<graph::Refusal> TurnPermit::depart()
{
    if (const auto refusal = call_back())
        return refusal;
    const auto now = clock_.now();
    const auto verdict = governor_.ask(account_, work_, stage_, account_, now);
    if (!verdict.goes())
        return graph::Refusal{
            "the rate limit is left to more valuable calls for now",
            std::max(
                std::chrono::ceil<std::chrono::seconds>(verdict.again - now),
                std::chrono::seconds{1})};
    governor_.departed(account_, work_, now);
    stage_ = budget::Stage::goes_on;
    return std::nullopt;
}

void TurnPermit::ended(const graph::Ending& ending)
{
    governor_.ended(account_, ending, clock_.now());
}

} // namespace insightd::daemon
