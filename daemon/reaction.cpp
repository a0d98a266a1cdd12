#include "daemon/reaction.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;
using graph::FailureClass;

constexpr auto get_token =
    "get a new token: `insightd login ACCOUNT` if it is in the vault, else put one where the "
    "configuration's `token` points";

constexpr std::array reactions{
    std::pair{
        FailureClass::unreachable, Reaction{Scope::job, 30s, 30min, ""}}, // the message says it
    std::pair{FailureClass::transient, Reaction{Scope::job, 30s, 30min, ""}},
    std::pair{FailureClass::unknown_error, Reaction{Scope::job, 30s, 30min, ""}},
    std::pair{
        FailureClass::malformed,
        Reaction{Scope::job, 1min, 1h, "check that api.graph_url is the Graph API"}},
    std::pair{FailureClass::too_much_data, Reaction{Scope::job, 5min, 1h, ""}},
    std::pair{FailureClass::app_throttled, Reaction{Scope::app, 1min, 30min, ""}},
    std::pair{FailureClass::account_throttled, Reaction{Scope::account, 1min, 30min, ""}},
    std::pair{FailureClass::needs_login, Reaction{Scope::account, 10min, 1h, get_token}},
    std::pair{
        FailureClass::no_permission,
        Reaction{Scope::job, 1h, 1h, "grant the insights permission and make a new token"}},
    std::pair{
        FailureClass::blocked,
        Reaction{
            Scope::account, 4h, 24h,
            "the platform blocks this account for a policy reason: see its app dashboard"}},
    std::pair{
        FailureClass::misconfigured,
        Reaction{Scope::job, 1h, 1h, "check login, user_id and token of the account"}},
    std::pair{
        FailureClass::object_gone,
        Reaction{Scope::job, 1h, 6h, "check user_id, and that the token belongs to it"}},
    std::pair{FailureClass::bad_field, Reaction{Scope::job, 1h, 6h, "check api.version"}},
    std::pair{FailureClass::bad_metric, Reaction{Scope::job, 1h, 6h, "check api.version"}},
    std::pair{FailureClass::bad_breakdown, Reaction{Scope::job, 1h, 6h, "check api.version"}},
    std::pair{FailureClass::bad_request, Reaction{Scope::job, 1h, 6h, "check api.version"}},
    std::pair{FailureClass::too_few_viewers, Reaction{Scope::job, 10min, 1h, ""}},
    std::pair{FailureClass::before_conversion, Reaction{Scope::job, 1h, 6h, ""}},
    std::pair{FailureClass::not_crossposted, Reaction{Scope::job, 1h, 6h, ""}},
    std::pair{FailureClass::held_back, Reaction{Scope::job, 1min, 1h, ""}},
};

/// No limit of the platform lasts longer: whoever says so is mistaken. Source: graph-api.md
/// section 8.
constexpr std::chrono::seconds longest_regain = 24h;

constexpr std::int64_t most_doublings = 20;

} // namespace

const Reaction& reaction_to(graph::FailureClass kind)
{
    return std::ranges::find(reactions, kind, [](const auto& line) { return line.first; })->second;
}

bool is_held_back(const std::optional<graph::Failure>& failure)
{
    return failure && failure->kind == graph::FailureClass::held_back;
}

std::chrono::seconds
wait_after(const graph::Failure& failure, std::int64_t failures, std::uint64_t key)
{
    if (failure.regain_after)
        return std::min(*failure.regain_after, longest_regain);
    const auto& reaction = reaction_to(failure.kind);
    const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, most_doublings);
    const auto wait =
        std::min(reaction.first_wait * (std::int64_t{1} << doublings), reaction.longest_wait);
    const auto spread = static_cast<std::uint64_t>(wait.count() / 2 + 1);
    return wait / 2 + std::chrono::seconds{static_cast<std::int64_t>(key % spread)};
}

} // namespace insightd::daemon
