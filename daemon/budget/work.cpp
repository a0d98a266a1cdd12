#include "daemon/budget/work.hpp"

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

/// Conversations have a limit of their own: two calls a second for each account. Source:
/// graph-api.md section 6.
constexpr auto conversations_apart = 500ms;

/// Nobody documents how fast competitors may be asked for: not all at once.
constexpr auto competitors_apart = 1s;

// clang-format off
constexpr PerWork<Manner> manners{
    Manner{"story_ends", 95, 30s, 97, 0ms},
    Manner{"stories", 90, 2min, 94, 0ms},
    Manner{"lists", 86, 5min, 91, 0ms},
    Manner{"account_days", 83, 45min, 90, 0ms},
    Manner{"fresh_posts", 80, 10min, 84, 0ms},
    Manner{"conversations", 76, 10min, 80, conversations_apart, false},
    Manner{"old_posts", 72, 30min, 76, 0ms},
    Manner{"demographics", 65, 1h, 80, 0ms},
    Manner{"backfill", 50, 10min, 55, 0ms},
    Manner{"edges", 45, 10min, 50, 0ms},
    Manner{"competitors", 40, 1h, 43, competitors_apart, false}, // graph-api.md section 8, BUC
};
// clang-format on

} // namespace

const Manner& manner_of(Work work)
{
    return at(manners, work);
}

} // namespace insightd::budget
