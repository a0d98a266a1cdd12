#include "collectors/mention_walk.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

class MentionWalkTest : public ::testing::Test
{
protected:
    MentionWalkTest()
    {
        account.user_id = 1;
        account.login = config::Login::facebook;
        account.mentions.mode = config::ConversationMode::metadata;
    }

    void push(std::int64_t comment = 0) { walk.pushed({1, {17, comment}, noon, noon}); }

    Collected answer(model::Instant now)
    {
        auto collected = walk.take(
            graph::Reply{boost::json::parse(R"({"mentioned_media": {"like_count": 3}})"), {}},
            names, now);
        walk.learn(collected.rows.mention_readings);
        return collected;
    }

    Collected fail(graph::FailureClass kind, const std::string& message = "no")
    {
        graph::Failure failure;
        failure.kind = kind;
        failure.message = message;
        auto collected = walk.take(failure, names, noon);
        walk.learn(collected.rows.mention_readings);
        return collected;
    }

    insightd::testing::PlainNames names;
    config::Account account;
    MentionWalk walk{account};
};

TEST_F(MentionWalkTest, IsReadAtOnceThenMoreAndMoreRarely)
{
    EXPECT_FALSE(walk.begin(noon)) << "there are none";
    push();
    int readings = 0;
    for (auto now = noon; now < noon + 60 * 24h; now += 1h)
        if (walk.begin(now)) {
            EXPECT_THAT(walk.next().params[0].second, HasSubstr("mentioned_media.media_id(17)"));
            EXPECT_THAT(answer(now).rows.mention_readings, SizeIs(1));
            ++readings;
        }
    EXPECT_EQ(readings, 4) << "at once, after a day, a week and four weeks";
}

TEST_F(MentionWalkTest, NobodyIsAskedForWordsInMetadataMode)
{
    push();
    ASSERT_TRUE(walk.begin(noon));
    EXPECT_THAT(walk.next().params[0].second, Not(HasSubstr("caption")));
}

TEST_F(MentionWalkTest, RedeliveredIsTheSame)
{
    push();
    ASSERT_TRUE(walk.begin(noon));
    (void)answer(noon);
    push();
    EXPECT_FALSE(walk.begin(noon + 1h));
}

TEST_F(MentionWalkTest, WhatIsRefusedIsGone)
{
    push(5);
    ASSERT_TRUE(walk.begin(noon));
    const auto collected = fail(graph::FailureClass::object_gone);
    ASSERT_THAT(collected.rows.mention_readings, SizeIs(1));
    EXPECT_TRUE(collected.rows.mention_readings.front().is_gone);
    EXPECT_FALSE(collected.failure);
    EXPECT_FALSE(walk.begin(noon + 48h));
}

TEST_F(MentionWalkTest, WhatMayPassIsTriedAtTheNextPoll)
{
    push();
    ASSERT_TRUE(walk.begin(noon));
    EXPECT_TRUE(fail(graph::FailureClass::transient).failure);
    EXPECT_FALSE(walk.is_under_way());
    EXPECT_TRUE(walk.begin(noon + 1min));
}

TEST_F(MentionWalkTest, AFieldThatIsRefusedIsLeftOut)
{
    push();
    ASSERT_TRUE(walk.begin(noon));
    EXPECT_FALSE(
        fail(graph::FailureClass::bad_field, "(#100) Tried accessing nonexisting field (username)")
            .failure);
    EXPECT_THAT(walk.next().params[0].second, Not(HasSubstr("username")));
    EXPECT_THAT(answer(noon).rows.mention_readings, SizeIs(1));
}

TEST_F(MentionWalkTest, RemembersWhatTheStoreHas)
{
    walk.remember({{{17, 0}, noon, noon + 1h, false}, {{18, 0}, noon, std::nullopt, true}});
    EXPECT_FALSE(walk.begin(noon + 2h));
    EXPECT_TRUE(walk.begin(noon + 25h));
}

} // namespace
} // namespace insightd::collectors
