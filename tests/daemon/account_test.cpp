#include "daemon/account.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;

const auto now = at("2026-03-01T12:00:00Z");

model::Batch day_that_ends_at(model::Instant end)
{
    model::Batch rows;
    rows.days.emplace_back();
    rows.days.back().day_end = end;
    return rows;
}

TEST(Account, PlansDaysFromTheNewestThatIsKnown)
{
    Account account{0, {}};
    Scheduler scheduler;
    EXPECT_EQ(account.day_plan().known_day_end, std::nullopt);

    model::AccountHistory history;
    history.newest_day_end = at("2026-02-26T23:00:00Z");
    account.remember(history, now, scheduler);
    EXPECT_EQ(account.day_plan().known_day_end, at("2026-02-26T23:00:00Z"));

    account.learn(day_that_ends_at(at("2026-02-27T23:00:00Z")), now, scheduler);
    account.learn(day_that_ends_at(at("2026-02-20T23:00:00Z")), now, scheduler);
    EXPECT_EQ(account.day_plan().known_day_end, at("2026-02-27T23:00:00Z"));
}

} // namespace
} // namespace insightd::daemon
