#include "storage/thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <semaphore>
#include <thread>

namespace insightd::storage
{
namespace
{

using namespace std::chrono_literals;

TEST(Thread, AnswerAndEndOfPatienceInOneTurnOfTheLoopAreOneAnswer)
{
    constexpr auto patience = 50ms;
    boost::asio::io_context loop{1};
    Thread thread{"the disk"};
    std::promise<void> both_have_run;
    std::vector<int> answers;

    boost::asio::co_spawn(
        loop, thread.run<int>([] { return 7; }, patience),
        [&](std::exception_ptr, int answer) { answers.push_back(answer); });
    boost::asio::co_spawn(
        loop, thread.run<int>([&] {
            both_have_run.set_value();
            return 0;
        }),
        [](std::exception_ptr, int) {});
    loop.poll(); // asked
    both_have_run.get_future().wait();
    std::this_thread::sleep_for(
        patience); // the loop is busy elsewhere for longer than patience lasts
    loop.run();
    EXPECT_EQ(answers, std::vector{7});
}

TEST(Thread, JobBehindManyIsGivenUpOnceThereIsNoTimeLeft)
{
    constexpr auto patience = 50ms;
    boost::asio::io_context loop{1};
    std::counting_semaphore<> steps{0};
    Thread thread{"the database"};
    boost::asio::steady_timer clock{loop};
    std::function<void()> tick = [&] { // jobs are done as fast as the loop goes round
        steps.release();
        clock.expires_after(2ms);
        clock.async_wait([&](boost::system::error_code) { tick(); });
    };
    tick();
    std::exception_ptr late;
    const auto job = [&] {
        steps.acquire();
        return 0;
    };
    for (int before = 0; before < 200; ++before)
        boost::asio::co_spawn(loop, thread.run<int>(job, patience), [](std::exception_ptr, int) {});
    boost::asio::co_spawn(loop, thread.run<int>(job, patience), [&](std::exception_ptr error, int) {
        late = std::move(error);
        loop.stop();
    });
    thread.hurry(patience);
    loop.run();
    steps.release(300);
    ASSERT_TRUE(late);
    EXPECT_THROW(std::rethrow_exception(late), model::Unavailable);
}

TEST(Thread, JobThatIsSilentForLongAfterItWasGivenUpIsBrokenOff)
{
    boost::asio::io_context loop{1};
    std::promise<void> broken;
    Thread thread{"the database", [&] { broken.set_value(); }, 50ms};
    std::exception_ptr first;
    const auto silent = [&] {
        broken.get_future().wait();
        return 0;
    };
    boost::asio::co_spawn(loop, thread.run<int>(silent, 10ms), [&](std::exception_ptr error, int) {
        first = std::move(error);
    });
    loop.run();
    EXPECT_THROW(std::rethrow_exception(first), model::Unavailable);
    EXPECT_FALSE(thread.is_busy());
    loop.restart();
    int answer = 0;
    boost::asio::co_spawn(
        loop, thread.run<int>([] { return 7; }, 10s),
        [&](std::exception_ptr, int value) { answer = value; });
    loop.run();
    EXPECT_EQ(answer, 7);
}

} // namespace
} // namespace insightd::storage
