#include "daemon/budget/work.hpp"

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

// clang-format off
constexpr PerWork<Manner> manners{
    Manner{"story_ends", 95, 30s, 97},
    Manner{"stories", 90, 2min, 94},
    Manner{"lists", 86, 5min, 91},
    Manner{"account_days", 83, 45min, 90},
    Manner{"fresh_posts", 80, 10min, 84},
    Manner{"old_posts", 72, 30min, 76},
    Manner{"demographics", 65, 1h, 80},
    Manner{"backfill", 50, 10min, 55},
};
// clang-format on

} // namespace

const Manner& manner_of(Work work)
{
    return at(manners, work);
}

} // namespace insightd::budget
