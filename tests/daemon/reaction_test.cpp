#include "daemon/exit_code.hpp"
#include "daemon/reaction.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

using graph::FailureClass;
using namespace std::chrono_literals;

graph::Failure failure(FailureClass kind)
{
    graph::Failure failure;
    failure.kind = kind;
    return failure;
}

TEST(Reaction, DeadTokenPausesItsAccountAndSaysWhatToDo)
{
    EXPECT_EQ(reaction_to(FailureClass::needs_login).scope, Scope::account);
    EXPECT_STRNE(reaction_to(FailureClass::needs_login).advice, "");
}

TEST(Reaction, AppLimitPausesTheWholeApp)
{
    EXPECT_EQ(reaction_to(FailureClass::app_throttled).scope, Scope::app);
    EXPECT_EQ(reaction_to(FailureClass::account_throttled).scope, Scope::account);
}

TEST(Reaction, EveryKindOfFailureHasALine)
{
    for (int kind = 0; kind <= static_cast<int>(FailureClass::held_back); ++kind)
        EXPECT_GT(reaction_to(static_cast<FailureClass>(kind)).longest_wait, 0s) << kind;
}

TEST(WaitAfter, ObeysTheApisOwnEstimate)
{
    auto throttled = failure(FailureClass::account_throttled);
    throttled.regain_after = 17min;
    EXPECT_EQ(wait_after(throttled, 1, 99), 17min);
    throttled.regain_after = std::chrono::seconds::max();
    EXPECT_EQ(wait_after(throttled, 1, 99), 24h) << "nonsense does not stop an account for good";
}

TEST(WaitAfter, DoublesUpToTheLongestAndSpreads)
{
    const auto transient = failure(FailureClass::transient);
    for (std::uint64_t key = 0; key < 100; ++key) {
        EXPECT_GE(wait_after(transient, 1, key), 15s);
        EXPECT_LE(wait_after(transient, 1, key), 30s);
        EXPECT_GE(wait_after(transient, 50, key), 15min);
        EXPECT_LE(wait_after(transient, 50, key), 30min);
    }
    EXPECT_NE(wait_after(transient, 10, 1), wait_after(transient, 10, 2));
}

TEST(ExitCode, TellsWhatTheOperatorMustMend)
{
    EXPECT_EQ(exit_code_of(FailureClass::needs_login), ExitCode::no_permission);
    EXPECT_EQ(exit_code_of(FailureClass::unreachable), ExitCode::unavailable);
    EXPECT_EQ(exit_code_of(FailureClass::account_throttled), ExitCode::try_again);
    EXPECT_EQ(worse(ExitCode::unavailable, ExitCode::no_permission), ExitCode::no_permission);
    EXPECT_EQ(worse(ExitCode::ok, ExitCode::ok), ExitCode::ok);
}

} // namespace
} // namespace insightd::daemon
