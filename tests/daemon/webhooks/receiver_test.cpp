#include "collectors/graph/hmac.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "tests/daemon/webhooks/store_of_pushes.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>

namespace insightd::webhooks
{
namespace
{

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const model::Instant noon{std::chrono::seconds{1772366400}};

constexpr auto of_shop = R"({"object":"instagram","entry":[{"id":"7","time":1772366400,"changes":[)"
                         R"({"field":"story_insights","value":{"media_id":"5","reach":9}}]}]})";

class ReceiverTest : public ::testing::Test
{
protected:
    Receiver::Services services()
    {
        return {
            inbox,
            config::Secret{"verify me"},
            {config::Secret{"new secret"}, config::Secret{"former secret"}},
            {7},
            [] { return noon; },
            [this] { return machine; },
            [this](const auto& pushes) { told += pushes.size(); },
            [this](const NotTaken& delivery) { said.push_back(delivery); }};
    }

    http::Answer ask(std::string query)
    {
        http::Question question;
        question.query = std::move(query);
        return testing::run(loop, receiver.answer(std::move(question)));
    }

    http::Answer post(std::string body, std::string signature)
    {
        http::Question question;
        question.method = http::Method::post;
        question.headers = {{"x-hub-signature-256", std::move(signature)}};
        question.body = std::move(body);
        return testing::run(loop, receiver.answer(std::move(question)));
    }

    http::Answer deliver(const std::string& body, const std::string& secret = "new secret")
    {
        return post(body, "sha256=" + graph::hmac_sha256(config::Secret{secret}, body));
    }

    std::vector<Outcome> outcomes_said() const
    {
        std::vector<Outcome> all;
        for (const auto& delivery : said)
            all.push_back(delivery.outcome);
        return all;
    }

    boost::asio::io_context loop{1};
    Rate::Time machine = 1h;
    StoreOfPushes store{loop};
    Inbox inbox{loop.get_executor(), store};
    std::size_t told = 0;
    std::vector<NotTaken> said;
    Receiver receiver{services(), 20};
};

TEST_F(ReceiverTest, RepeatsTheChallengeToWhoeverKnowsTheVerifyToken)
{
    const auto answer =
        ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify%20me");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "1158201444");
    EXPECT_THAT(answer.type, HasSubstr("text/plain"));
}

TEST_F(ReceiverTest, RepeatsNothingToAnybodyElse)
{
    for (const auto* query :
         {"", "hub.mode=subscribe&hub.challenge=1", "hub.challenge=1&hub.verify_token=verify%20me",
          "hub.mode=subscribe&hub.verify_token=verify%20me",
          "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify%20me2",
          "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify%20me"}) {
        EXPECT_EQ(ask(query).status, 403) << query;
    }
    EXPECT_EQ(
        ask("hub.mode=subscribe&hub.verify_token=verify%20me&hub.challenge=" +
            std::string(1000, '1'))
            .status,
        403);
}

TEST_F(ReceiverTest, KeepsWhatIsSignedUnderTheSecretOrTheFormerOne)
{
    EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_EQ(deliver(of_shop, "former secret").status, 200);
    EXPECT_THAT(store.stored, ElementsAre(5, 5));
    EXPECT_EQ(told, 2U);
    EXPECT_EQ(receiver.count(Outcome::kept), 2);
    EXPECT_EQ(receiver.stories(), 2);
}

TEST_F(ReceiverTest, ForgedDeliveriesChangeNothing)
{
    EXPECT_EQ(deliver(of_shop, "another secret").status, 401);
    EXPECT_EQ(post(of_shop, "").status, 401);
    auto changed = std::string{of_shop};
    changed.replace(changed.find("\"reach\":9"), 9, "\"reach\":8");
    EXPECT_EQ(
        post(changed, "sha256=" + graph::hmac_sha256(config::Secret{"new secret"}, of_shop)).status,
        401);
    EXPECT_THAT(store.writes, IsEmpty());
    EXPECT_EQ(receiver.count(Outcome::unsigned_), 3);
    EXPECT_THAT(said, SizeIs(1)) << "not a line for each";
}

TEST_F(ReceiverTest, MalformedOnesAreRefusedAndCounted)
{
    EXPECT_EQ(deliver("{").status, 400);
    EXPECT_EQ(deliver("").status, 400);
    EXPECT_EQ(receiver.count(Outcome::malformed), 2);
}

TEST_F(ReceiverTest, WhatConcernsNobodyIsTakenAndNotKept)
{
    auto of_another = std::string{of_shop};
    of_another.replace(of_another.find("\"7\""), 3, "\"8\"");
    EXPECT_EQ(deliver(of_another).status, 200) << "else it would come again and again";
    EXPECT_EQ(deliver(R"({"object":"instagram","entry":[]})").status, 200);
    EXPECT_EQ(receiver.count(Outcome::nothing_kept), 2);
    EXPECT_THAT(store.writes, IsEmpty());
}

TEST_F(ReceiverTest, AccountsComeAndGo)
{
    receiver.configured({8}, {});
    EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_THAT(store.stored, IsEmpty());
    receiver.configured({7, 8}, {});
    EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_THAT(store.stored, ElementsAre(5));
}

TEST_F(ReceiverTest, WithoutAStoreItIsNotAcknowledged)
{
    store.is_away = true;
    EXPECT_EQ(deliver(of_shop).status, 503);
    EXPECT_EQ(told, 0U);
    store.is_away = false;
    store.refused = 5;
    EXPECT_EQ(deliver(of_shop).status, 500);
    store.refused = 0;
    EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_THAT(
        said,
        ElementsAre(
            AllOf(
                Field(&NotTaken::outcome, Outcome::unavailable), Field(&NotTaken::reason, "away")),
            AllOf(
                Field(&NotTaken::outcome, Outcome::refused),
                Field(&NotTaken::reason, "no such story"))));
}

TEST_F(ReceiverTest, StrangersCannotFloodTheLog)
{
    for (int second = 0; second < 60; ++second, machine += 1s)
        for (int count = 0; count < 12; ++count) {
            deliver(of_shop);
            deliver(of_shop, "another secret");
        }
    EXPECT_THAT(outcomes_said(), UnorderedElementsAre(Outcome::unsigned_, Outcome::too_many));
    deliver(of_shop, "another secret");
    ASSERT_THAT(said, SizeIs(3));
    EXPECT_EQ(said.back().outcome, Outcome::unsigned_);
    EXPECT_EQ(said.back().others, receiver.count(Outcome::unsigned_) - 2)
        << "those between the two that are told";
}

TEST_F(ReceiverTest, WhatStrangersSendSilencesNothingElse)
{
    deliver(of_shop, "another secret");
    store.is_away = true;
    deliver(of_shop);
    deliver(of_shop, "another secret");
    store.is_away = false;
    store.refused = 5;
    deliver(of_shop);
    EXPECT_THAT(
        outcomes_said(), ElementsAre(Outcome::unsigned_, Outcome::unavailable, Outcome::refused));
}

TEST_F(ReceiverTest, MoreThanTheRateIsRefusedUnread)
{
    for (int count = 0; count < 20; ++count)
        EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_EQ(deliver(of_shop).status, 429);
    machine += 1s;
    EXPECT_EQ(deliver(of_shop).status, 200);
    EXPECT_EQ(receiver.count(Outcome::too_many), 1);
}

} // namespace
} // namespace insightd::webhooks
