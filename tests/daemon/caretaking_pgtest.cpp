#include "daemon/caretaking.hpp"
#include "tests/storage/with_database.hpp"

#include <boost/asio/post.hpp>

#include <functional>

// What the daemon does with stored rows beside all else.
namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;
using insightd::testing::at;
using insightd::testing::query;
using insightd::testing::query1;

/// Stands still, and is asked how long to wait once a round is over.
class StoppedClock final : public Clock
{
public:
    model::Instant now() const override { return at("2026-09-20T12:00:00Z"); }
    std::chrono::steady_clock::duration real_time_until(model::Instant) const override
    {
        when_waiting();
        return 1h;
    }
    std::function<void()> when_waiting;
};

class CaretakingTest : public storage::DatabaseTest
{
protected:
    static constexpr model::AccountId rival = storage::account + 1;

    CaretakingTest()
    {
        query(
            url, "INSERT INTO store.account (account_id, name, login, timezone) VALUES (" +
                     std::to_string(rival) +
                     ", 'rival', 'instagram', 'UTC'); "
                     "INSERT INTO store.account_sample (account_id, observed_at, followers_count) "
                     "SELECT account_id, t, 7 FROM store.account, generate_series(timestamptz "
                     "'2026-05-10 12:00+00', '2026-05-10 20:00+00', '1 h') t");
    }

    Caretaking caretaking(std::optional<std::chrono::seconds> full)
    {
        return Caretaking{
            {loop.get_executor(), clock, caretaker, full, [] {
                 return std::vector<model::Lease>{{storage::account, model::never_taken}};
             }}};
    }

    std::string stored(model::AccountId account) const
    {
        return *query1(
            url, "SELECT count(*) FROM store.account_sample WHERE account_id = " +
                     std::to_string(account));
    }

    StoppedClock clock;
    storage::Caretaker caretaker{url};
};

TEST_F(CaretakingTest, ThinsItsOwnAccountsAndNoOthers)
{
    auto work = caretaking(std::chrono::days{90});
    insightd::testing::run(loop, work.round());
    EXPECT_EQ(stored(storage::account), "2");
    EXPECT_EQ(stored(rival), "9");
}

TEST_F(CaretakingTest, ThinsNothingUnlessItIsTold)
{
    auto work = caretaking(std::nullopt);
    insightd::testing::run(loop, work.round());
    EXPECT_EQ(stored(storage::account), "9");
}

TEST_F(CaretakingTest, RebuildsTheKeyOfEachMonthThatHasEndedOnce)
{
    query(url, "SELECT store.ensure_month('2026-05-01'), store.ensure_month('2026-06-01')");
    auto work = caretaking(std::nullopt);
    insightd::testing::run(loop, work.round());
    const auto rebuilt = "SELECT string_agg(to_char(month, 'YYYY-MM') || ' ' || rebuilt_at, ', ' "
                         "ORDER BY month) FROM insightd.rebuilt_month";
    EXPECT_EQ(
        query1(url, rebuilt), "2026-05 2026-09-20 12:00:00+00, 2026-06 2026-09-20 12:00:00+00");
    const auto files = "SELECT string_agg(relfilenode::text, ' ' ORDER BY relname) FROM pg_class "
                       "WHERE relname LIKE 'media_sample_%' AND relkind = 'i'";
    const auto after = query1(url, files);
    auto next_life = caretaking(std::nullopt);
    insightd::testing::run(loop, next_life.round());
    EXPECT_EQ(query1(url, files), after);
}

TEST_F(CaretakingTest, EndsAtOnceWhenItIsStoppedBetweenRounds)
{
    auto work = caretaking(std::chrono::days{90});
    clock.when_waiting = [&] { boost::asio::post(loop, [&] { work.stop(); }); };
    insightd::testing::run(loop, work.run()); // an hour, if it were not cut short
    EXPECT_EQ(stored(storage::account), "2");
}

} // namespace
} // namespace insightd::daemon
