#include "daemon/turn_permit.hpp"

#include <algorithm>

namespace insightd::daemon
{

TurnPermit::TurnPermit(budget::Governor& governor, const Clock& clock, std::size_t account)
    : governor_{governor}, clock_{clock}, account_{account}
{
}

void TurnPermit::begin(budget::Work work)
{
    work_ = work;
    stage_ = budget::Stage::begins;
}

std::optional<std::chrono::seconds> TurnPermit::depart()
{
    const auto now = clock_.now();
    const auto verdict = governor_.ask(account_, work_, stage_, account_, now);
    if (!verdict.goes())
        return std::max(
            std::chrono::ceil<std::chrono::seconds>(verdict.again - now), std::chrono::seconds{1});
    governor_.departed(account_, work_, now);
    stage_ = budget::Stage::goes_on;
    return std::nullopt;
}

void TurnPermit::ended(const graph::Ending& ending)
{
    governor_.ended(account_, ending, clock_.now());
}

} // namespace insightd::daemon
