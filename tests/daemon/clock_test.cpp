#include "daemon/clock.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;

const model::Instant epoch{};

TEST(ScaledClock, RunsAsManyTimesFasterAsItIsTold)
{
    const auto real = make_clock(std::nullopt);
    const auto anchor = real->now();
    const auto clock = make_clock(config::ScaledClock{anchor, epoch, 1000});
    const auto before = real->now() - anchor;
    const auto shown = clock->now() - epoch;
    const auto after = real->now() - anchor;
    EXPECT_GE(shown, before * 1000);
    EXPECT_LE(shown, after * 1000);
    EXPECT_LE(clock->real_time_until(epoch + shown + 1000h), 1h);
}

TEST(ScaledClock, NeitherOverflowsNorWaitsForLongerThanADay)
{
    const auto clock = make_clock(config::ScaledClock{epoch, epoch, 1'000'000});
    EXPECT_GT(clock->now(), epoch) << "decades at a million times real time";
    const auto slow =
        make_clock(config::ScaledClock{make_clock(std::nullopt)->now(), epoch, 0.001});
    EXPECT_EQ(slow->real_time_until(epoch + std::chrono::years{8000}), 24h);
    EXPECT_EQ(make_clock(std::nullopt)->real_time_until(epoch + std::chrono::years{8000}), 24h);
    EXPECT_EQ(clock->real_time_until(epoch), 0h);
}

} // namespace
} // namespace insightd::daemon
