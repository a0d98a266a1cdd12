#include "daemon/page_shelf.hpp"

#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using insightd::testing::run;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

/// A store that counts how often it is asked.
class Shelf : public ::testing::Test
{
protected:
    using Numbers = PageShelf<int>;

    Numbers::Shown get(const std::string& key = "a") { return run(loop, shelf.get(key, read)); }

    boost::asio::awaitable<int> ask()
    {
        ++asked;
        if (is_away)
            throw model::Unavailable{"away"};
        co_return asked * 100;
    }

    boost::asio::io_context loop{1};
    Numbers::Time time{1h};
    model::Instant now = noon;
    int asked = 0;
    bool is_away = false;
    Numbers::Read read = [this] { return ask(); };
    Numbers shelf{loop.get_executor(), {[this] { return time; }, [this] { return now; }}, 3};
};

TEST_F(Shelf, AsksOnceInSomeSeconds)
{
    EXPECT_EQ(*get()->facts, 100);
    time += 4s;
    EXPECT_EQ(*get()->facts, 100);
    EXPECT_EQ(asked, 1);
    time += 2s;
    EXPECT_EQ(*get()->facts, 200);
}

TEST_F(Shelf, ShowsWhatItHasAndWhyItIsOld)
{
    get();
    is_away = true;
    now += 10min;
    time += 10min;
    const auto shown = get();
    EXPECT_EQ(*shown->facts, 100);
    EXPECT_EQ(shown->as_of, noon);
    EXPECT_EQ(shown->why_not, "away");
    get();
    EXPECT_EQ(asked, 2) << "a store that is away is not asked at each reload";
    is_away = false;
    time += 6s;
    EXPECT_EQ(get()->why_not, "");
}

TEST_F(Shelf, ReadsOnceForAllWhoAskAtTheSameTime)
{
    const auto slowly = [this]() -> boost::asio::awaitable<int> {
        co_await boost::asio::post(loop, boost::asio::use_awaitable);
        co_return ++asked;
    };
    int answered = 0;
    for (int who = 0; who < 3; ++who)
        boost::asio::co_spawn(
            loop, shelf.get("a", slowly), [&](std::exception_ptr, Numbers::Shown shown) {
                EXPECT_EQ(*shown->facts, 1);
                ++answered;
            });
    loop.run();
    EXPECT_EQ(answered, 3);
    EXPECT_EQ(asked, 1);
}

TEST_F(Shelf, AsksNobodyForWhatWasReadLast)
{
    EXPECT_FALSE(shelf.last("a", "away")->facts);
    get();
    const auto last = shelf.last("a", "away");
    EXPECT_EQ(*last->facts, 100);
    EXPECT_EQ(last->why_not, "away");
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(*get()->facts, 200) << "it is asked again at once when it is back";
}

TEST_F(Shelf, HoldsOnlySoMuch)
{
    for (const auto* key : {"a", "b", "c"})
        EXPECT_TRUE(get(key));
    EXPECT_FALSE(get("d")) << "all of it was read just now";
    time += 6s;
    EXPECT_TRUE(get("d"));
}

TEST_F(Shelf, OfABrokenReadingNobodyWaitsForEver)
{
    const auto broken = []() -> boost::asio::awaitable<int> {
        throw std::logic_error{"broken"};
        co_return 0;
    };
    EXPECT_THROW(run(loop, shelf.get("a", broken)), std::logic_error);
    EXPECT_EQ(*get()->facts, 100);
}

} // namespace
} // namespace insightd::daemon
