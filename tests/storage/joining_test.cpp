#include "storage/joining.hpp"

#include "storage/model/writer.hpp"

#include <gmock/gmock.h>

namespace insightd::storage
{
namespace
{

using Batches = std::vector<std::vector<Step>>;
using ::testing::ElementsAre;

TEST(Joined, RowsOfOneStatementGoTogetherAndAnObjectsRowsOneAfterTheOther)
{
    EXPECT_THAT(
        joined(Batches{
            {{"media_samples", R"([{"media_id":1,"n":1},{"media_id":2,"n":1}])"}},
            {{"media_samples", R"([{"media_id":1,"n":2}])"}},
            {{"media_samples", R"([{"media_id":3,"n":1},{"media_id":1,"n":3}])"}}}),
        ElementsAre(
            Step{
                "media_samples",
                R"([{"media_id":1,"n":1},{"media_id":2,"n":1},{"media_id":3,"n":1}])"},
            Step{"media_samples", R"([{"media_id":1,"n":2}])"},
            Step{"media_samples", R"([{"media_id":1,"n":3}])"}));
}

TEST(Joined, WhatOthersRestOnComesFirst)
{
    EXPECT_THAT(
        joined(Batches{
            {{"account_run", R"({"collector":"stories"})"}},
            {{"media_facts", R"([{"media_id":1}])"},
             {"story_ledger", R"([{"media_id":1}])"},
             {"account_run", R"({"collector":"media"})"}}}),
        ElementsAre(
            Step{"media_facts", R"([{"media_id":1}])"}, Step{"story_ledger", R"([{"media_id":1}])"},
            Step{"account_runs", R"([{"collector":"stories"},{"collector":"media"}])"}));
}

TEST(Joined, ChildrenAreKnownByBothTheirNumbers)
{
    const Step moved{"media_children", R"([{"media_id":1,"child_id":2,"position":1}])"};
    const Step children{"media_children", R"([{"media_id":1,"child_id":2}])"};
    const Step others{"media_children", R"([{"media_id":1,"child_id":3}])"};
    EXPECT_THAT(
        joined(Batches{{children}, {others}, {moved}}),
        ElementsAre(
            Step{"media_children", R"([{"media_id":1,"child_id":2},{"media_id":1,"child_id":3}])"},
            moved));
}

TEST(Joined, ChildrenThatAreAsTheyWereAreNotToldAgain)
{
    const Step one{"media_children", R"([{"media_id":1,"child_id":2,"position":0}])"};
    const Step other{"media_children", R"([{"media_id":1,"child_id":2,"position":1}])"};
    EXPECT_THAT(
        joined(Batches{{one}, {one}, {other}, {other}, {one}}), ElementsAre(one, other, one));
    const Step counts{"media_counts", R"([{"media_id":1,"observed_at":"2026-03-01"}])"};
    EXPECT_THAT(joined(Batches{{counts}, {counts}}), ElementsAre(counts, counts))
        << "what has a time counts every time";
}

TEST(Joined, MonthsAreSeenToOnceAndFirst)
{
    const Step march{"media_sample_months", R"(["2026-03-01"])"};
    const Step both{"media_sample_months", R"(["2026-03-01","2026-02-01"])"};
    const Step fence{"fence", "7"}, gaps{"account_gaps", "[]"};
    EXPECT_THAT(
        joined(Batches{{fence, march}, {fence, gaps}, {fence, both}}),
        ElementsAre(Step{"media_sample_months", R"(["2026-02-01","2026-03-01"])"}, fence, gaps));
    EXPECT_THROW(joined(Batches{{{"media_sample_months", "[1]"}}}), model::Refused);
}

TEST(StandsAlone, BatchWithRowsThatAllAccountsShare)
{
    const Step counts{"media_counts", "[]"};
    EXPECT_TRUE(stands_alone({counts, {"metric_lessons", "[]"}}));
    EXPECT_TRUE(stands_alone({{"metric_offers", "[]"}, counts}));
    EXPECT_FALSE(stands_alone({{"fence", "7"}, counts}));
}

TEST(Joined, StatementsOfOneTableTakeTurns)
{
    const Step answers{"story_answers", R"([{"media_id":1}])"};
    const Step ledger{"story_ledger", R"([{"media_id":1}])"};
    EXPECT_THAT(
        joined(Batches{{answers, ledger}, {answers, ledger}}),
        ElementsAre(answers, ledger, answers, ledger));
}

TEST(Joined, WhatTakesOneRowIsMovedOnly)
{
    const Step one{"media_counts", R"([{"media_id":1}])"};
    const Step two{"media_counts", R"([{"media_id":2}])"};
    const Step day{"account_day", R"({"day":"2026-03-01"})"};
    const Step again{"account_final_days_again", R"([{"day":"2026-03-01"}])"};
    EXPECT_THAT(
        joined(Batches{{day, one}, {again, two}, {day}}),
        ElementsAre(Step{"media_counts", R"([{"media_id":1},{"media_id":2}])"}, day, again, day));
}

TEST(Joined, OtherStatementsKeepTheirPlaces)
{
    const Step one{"media_counts", R"([{"media_id":1}])"};
    const Step two{"media_counts", R"([{"media_id":2}])"};
    const Step gaps{"account_gaps", "[]"};
    EXPECT_THAT(joined(Batches{{one}, {gaps}, {two}}), ElementsAre(one, gaps, two));
    const Step unknown{"of_a_later_program", "[]"};
    EXPECT_THAT(joined(Batches{{one}, {unknown}, {two}}), ElementsAre(one, unknown, two));
}

TEST(Joined, AnotherFenceIsALine)
{
    const Step seven{"fence", "7"}, eight{"fence", "8"};
    const Step one{"media_counts", R"([{"media_id":1}])"};
    const Step two{"media_counts", R"([{"media_id":2}])"};
    EXPECT_THROW(joined(Batches{{seven, one}, {two}}), model::Refused);
    EXPECT_THAT(
        joined(Batches{{seven, one}, {seven, two}, {eight, one}, {eight, two}}),
        ElementsAre(
            seven, Step{"media_counts", R"([{"media_id":1},{"media_id":2}])"}, eight,
            Step{"media_counts", R"([{"media_id":1},{"media_id":2}])"}));
}

TEST(Joined, RowsThatAreNoJsonAreRefused)
{
    EXPECT_THROW(joined(Batches{{{"media_counts", "[{"}}}), model::Refused);
    EXPECT_NO_THROW(joined(Batches{{{"media_counts", "[1, {}]"}}})) << "the database says so";
}

} // namespace
} // namespace insightd::storage
