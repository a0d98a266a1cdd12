#include "storage/spool/parcels.hpp"

#include <gmock/gmock.h>

namespace insightd::spool
{
namespace
{

using ::testing::ElementsAre;

using Numbers = std::vector<std::int64_t>;

Record record(std::int64_t seq, model::AccountId account, std::size_t rows = 1)
{
    Record made;
    made.seq = seq;
    made.account_id = account;
    made.contents.rows = rows;
    return made;
}

std::vector<Numbers> numbers_in(const std::vector<std::vector<Record>>& groups)
{
    std::vector<Numbers> all;
    for (const auto& group : groups) {
        Numbers numbers;
        for (const auto& one : group)
            numbers.push_back(one.seq);
        all.push_back(std::move(numbers));
    }
    return all;
}

TEST(ByAccount, EachHasItsRecordsInOrder)
{
    EXPECT_THAT(
        numbers_in(by_account({record(1, 8), record(2, 7), record(3, 8), record(4, 7)})),
        ElementsAre(Numbers{1, 3}, Numbers{2, 4}));
}

TEST(Parcels, HoldFiveHundredRows)
{
    EXPECT_THAT(
        numbers_in(parcels_of({record(1, 7, 400), record(2, 7, 100), record(3, 7, 1)})),
        ElementsAre(Numbers{1, 2}, Numbers{3}));
}

TEST(Parcels, RecordWithMoreRowsGoesByItself)
{
    EXPECT_THAT(
        numbers_in(parcels_of({record(1, 7), record(2, 7, 9000), record(3, 7), record(4, 7)})),
        ElementsAre(Numbers{1}, Numbers{2}, Numbers{3, 4}));
}

TEST(Parcels, WhatAllAccountsShareGoesByItself)
{
    auto lessons = record(2, 7);
    lessons.steps = {{"metric_lessons", "[]"}};
    EXPECT_THAT(
        numbers_in(parcels_of({record(1, 7), lessons, record(3, 7), record(4, 7)})),
        ElementsAre(Numbers{1}, Numbers{2}, Numbers{3, 4}));
}

TEST(Parcels, NothingIsNone)
{
    EXPECT_TRUE(parcels_of({}).empty());
}

} // namespace
} // namespace insightd::spool
