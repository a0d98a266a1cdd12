#include "daemon/budget/work.hpp"

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

constexpr PerWork<Manner> manners{
    Manner{"story_ends", 95, 30s},    Manner{"stories", 90, 2min},
    Manner{"lists", 86, 5min},        Manner{"account_days", 83, 15min},
    Manner{"fresh_posts", 80, 10min}, Manner{"old_posts", 72, 30min},
    Manner{"demographics", 65, 1h},   Manner{"backfill", 50, 10min}};

} // namespace

const Manner& manner_of(Work work)
{
    return at(manners, work);
}

} // namespace insightd::budget
