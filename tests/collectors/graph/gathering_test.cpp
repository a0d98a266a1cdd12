#include "collectors/graph/gathering.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Rounds as they are sent; they are answered when the gate opens.
class GatheringTest : public ::testing::Test
{
protected:
    asio::awaitable<void> send(Gathering::Round round)
    {
        std::vector<std::string> paths;
        for (const auto& asked : round)
            paths.push_back(asked->request.path);
        rounds.push_back(std::move(paths));
        if (is_shut) {
            gate.expires_at(std::chrono::steady_clock::time_point::max());
            co_await gate.async_wait(asio::use_awaitable);
        }
        for (const auto& asked : round)
            asked->answer = Reply{};
    }

    asio::awaitable<void> ask_all(std::vector<std::string> paths, Gathering::Seat /*seat*/)
    {
        for (auto& path : paths) {
            Request request{std::move(path), {}};
            auto answer = co_await gathering->ask(std::move(request), false);
            answers.push_back(std::move(answer));
        }
    }

    void run()
    {
        loop.restart();
        loop.run();
    }

    /// As far as it goes without an answer, a cancellation or a seat that is given up.
    void run_until_all_wait()
    {
        loop.restart();
        loop.poll();
    }

    /// Seats are taken before the first of them asks.
    void start(std::vector<std::vector<std::string>> askers)
    {
        std::vector<asio::awaitable<void>> all;
        for (auto& paths : askers)
            all.push_back(ask_all(std::move(paths), Gathering::Seat{gathering}));
        signals.resize(all.size());
        for (std::size_t at = 0; at < all.size(); ++at) {
            signals[at] = std::make_unique<asio::cancellation_signal>();
            asio::co_spawn(
                loop, std::move(all[at]),
                asio::bind_cancellation_slot(signals[at]->slot(), asio::detached));
        }
    }

    asio::io_context loop{1};
    asio::steady_timer gate{loop};
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    std::vector<std::vector<std::string>> rounds;
    std::vector<Outcome<Reply>> answers;
    bool is_shut = false;
    std::shared_ptr<Gathering> gathering = std::make_shared<Gathering>(
        3, [this](Gathering::Round round) { return send(std::move(round)); });
};

TEST_F(GatheringTest, RoundGoesOnceNobodyCanJoinIt)
{
    start({{"a1", "a2"}, {"b1"}, {"c1", "c2", "c3"}});
    run();
    EXPECT_THAT(
        rounds,
        ElementsAre(ElementsAre("a1", "b1", "c1"), ElementsAre("a2", "c2"), ElementsAre("c3")));
    EXPECT_EQ(answers.size(), 6U);
    EXPECT_FALSE(gathering->is_open());
}

TEST_F(GatheringTest, MoreThanARoundTakesAreSeveral)
{
    start({{"a"}, {"b"}, {"c"}, {"d"}, {"e"}});
    run();
    EXPECT_THAT(rounds, ElementsAre(ElementsAre("a", "b", "c"), ElementsAre("d", "e")));
    EXPECT_EQ(answers.size(), 5U);
}

TEST_F(GatheringTest, OneThatIsCutOffIsNotWaitedFor)
{
    auto seat = std::make_unique<Gathering::Seat>(gathering);
    start({{"a"}, {"b"}});
    run_until_all_wait();
    EXPECT_THAT(rounds, IsEmpty()) << "the third seat may ask yet";
    signals[0]->emit(asio::cancellation_type::terminal);
    run_until_all_wait();
    seat.reset();
    run();
    EXPECT_THAT(rounds, ElementsAre(ElementsAre("b")));
    EXPECT_EQ(answers.size(), 1U);
}

TEST_F(GatheringTest, OneThatIsCutOffBeforeItSendsLeavesNobodyWaiting)
{
    auto seat = std::make_unique<Gathering::Seat>(gathering);
    start({{"a"}, {"b"}});
    run_until_all_wait();
    signals[0]->emit(asio::cancellation_type::terminal);
    seat.reset(); // the same one is to send
    run();
    EXPECT_THAT(rounds, IsEmpty());
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers.front().error().kind, FailureClass::unreachable);
}

TEST_F(GatheringTest, RoundThatIsCutOffLeavesNobodyWaiting)
{
    is_shut = true;
    start({{"a"}, {"b"}});
    run_until_all_wait();
    ASSERT_THAT(rounds, SizeIs(1));
    signals[0]->emit(asio::cancellation_type::terminal);
    run();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers.front().error().kind, FailureClass::unreachable);
    EXPECT_FALSE(gathering->is_open());
}

} // namespace
} // namespace insightd::graph
