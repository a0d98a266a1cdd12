#include "daemon/turn_permit.hpp"

#include "daemon/replicas/ownership.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

constexpr graph::Refusal may_be_anothers{
    "the account may be another insightd's at this moment", std::chrono::seconds{1}};

constexpr graph::Refusal block_began{
    "the rate limit was used up while the call waited for a connection", std::chrono::seconds{1}};

} // namespace

TurnPermit::TurnPermit(
    Owner owner, budget::Governor& governor, FailureCounts& failures, const Clock& clock,
    std::size_t account)
    : owner_{owner}, governor_{governor}, failures_{failures}, clock_{clock}, account_{account}
{
}

void TurnPermit::begin(budget::Work work, bool is_irreplaceable)
{
    work_ = work;
    stage_ = budget::Stage::begins;
    is_irreplaceable_ = is_irreplaceable;
    is_withheld_ = false;
    is_told_to_wait_ = false;
}

std::optional<graph::Refusal> TurnPermit::call_back()
{
    if (const auto refusal = refused_by_owner())
        return refusal;
    const bool goes = governor_.ask_again(account_, clock_.now()) == budget::Answer::go;
    return goes ? std::nullopt : std::optional{block_began};
}

std::optional<graph::Refusal> TurnPermit::refused_by_owner()
{
    if (owner_.ownership == nullptr ||
        owner_.ownership->may_call(owner_.account, is_irreplaceable_))
        return std::nullopt;
    is_withheld_ = true;
    return may_be_anothers;
}

std::optional<graph::Refusal> TurnPermit::depart()
{
    if (const auto refusal = refused_by_owner())
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
    const auto now = clock_.now();
    if (ending.failure)
        failures_.add(*ending.failure);
    is_told_to_wait_ = is_told_to_wait_ || (!ending.failure && ending.usage.regain_after);
    if (ending.was_called_back)
        governor_.called_back(account_, work_, now);
    else if (!budget::manner_of(work_).counts_for_account)
        governor_.call_beside_ended(account_, work_, ending, now);
    else
        governor_.ended(account_, ending, now);
}

} // namespace insightd::daemon
