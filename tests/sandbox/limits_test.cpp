#include "tests/sandbox/visitor.hpp"

namespace insightd::sandbox
{
namespace
{

class Limits : public Visitor
{
protected:
    static constexpr std::int64_t calls = 20;

    std::pair<std::int64_t, std::int64_t> call(std::size_t account = instagram_account)
    {
        const auto& spec = world.accounts()[account];
        return codes(get(
            spec.host, "/v24.0/" + std::to_string(spec.user_id), {{"access_token", spec.token}}));
    }

    /// How many calls are answered before one is refused.
    int answered()
    {
        int count = 0;
        while (count < 1000 && call().first == 0)
            ++count;
        return count;
    }
};

TEST_F(Limits, AppTakesSoManyCallsInAnHour)
{
    faults.limits.app_calls_an_hour = calls;
    EXPECT_EQ(answered(), calls);
    EXPECT_EQ(call().first, 4);
    EXPECT_EQ(json::parse(last.headers.at("x-app-usage")).at("call_count").as_int64(), 100);
    EXPECT_FALSE(last.headers.contains("x-business-use-case-usage")) << "never seen together";
    EXPECT_EQ(call(facebook_account).first, 0) << "another app";
    now += 61min;
    EXPECT_EQ(answered(), calls);
}

TEST_F(Limits, AccountTakesSoManyCallsInADay)
{
    faults.limits.account_calls_a_day = calls;
    EXPECT_EQ(answered(), calls);
    EXPECT_EQ(call().first, 80002);
    const auto header = json::parse(last.headers.at("x-business-use-case-usage"));
    EXPECT_EQ(header.as_object().size(), 2U) << "two ids";
    for (const auto& [id, pools] : header.as_object()) {
        EXPECT_EQ(pools.at(0).at("call_count").as_int64(), 100);
        EXPECT_EQ(pools.at(0).at("estimated_time_to_regain_access").as_int64(), 24 * 60)
            << "minutes";
    }
    now += 24h;
    EXPECT_EQ(answered(), calls);
}

TEST_F(Limits, CallingWhileBlockedProlongsTheBlock)
{
    faults.limits.app_calls_an_hour = calls;
    answered();
    EXPECT_EQ(api.counters().throttled(), 1);
    call();
    EXPECT_EQ(api.counters().while_blocked(), 0) << "under way when the block began";
    now += 58min;
    call();
    EXPECT_EQ(api.counters().while_blocked(), 1);
    now += 3min;
    EXPECT_EQ(call().first, 4) << "though nothing is in the window";
    now += 20min;
    EXPECT_EQ(call().first, 0);
    EXPECT_EQ(api.counters().throttled(), 4);
}

TEST(CallWindow, ConnectionThatAnsweredWithARefusalIsToldOfTheBlock)
{
    CallWindow window{1h};
    const Instant now{};
    EXPECT_TRUE(window.take(1, 0, now, 7));
    EXPECT_FALSE(window.take(1, 0, now, 7));
    EXPECT_FALSE(window.take(1, 0, now, 8));
    EXPECT_EQ(window.while_blocked(), 0) << "under way when the block began";
    EXPECT_FALSE(window.take(1, 0, now, 8));
    EXPECT_FALSE(window.take(1, 0, now, 7));
    EXPECT_EQ(window.while_blocked(), 2) << "sent after the refusal, at whatever instant";
}

TEST_F(Limits, AnotherProgramUsesThePool)
{
    faults.limits.app_calls_an_hour = calls;
    faults.limits.others_of_app = 75;
    EXPECT_EQ(answered(), 5);
    faults.limits.others_of_app = 0;
    now += 21min;
    EXPECT_EQ(answered(), calls - 5);
}

} // namespace
} // namespace insightd::sandbox
