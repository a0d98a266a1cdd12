#include "tests/sandbox/api.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>

namespace insightd::sandbox
{
namespace
{

using ::testing::HasSubstr;
using namespace std::chrono_literals;

const Instant start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
const Instant now = start + 36h;

class ApiTest : public ::testing::Test
{
protected:
    ApiTest() : world{options(), three_accounts()}, api{world, faults} {}

    static World::Options options()
    {
        World::Options options;
        options.start = start;
        return options;
    }

    json::value ask(const std::string& path, std::map<std::string, std::string> params = {})
    {
        Request request;
        request.host = account == 1 ? Host::facebook : Host::instagram;
        request.path = "/v24.0/" + path;
        request.params = std::move(params);
        if (!request.params.contains("access_token"))
            request.params["access_token"] = world.accounts()[account].token;
        const auto response = api.answer(request, now);
        status = response.status;
        return json::parse(response.body);
    }

    std::string error(const std::string& path, std::map<std::string, std::string> params = {})
    {
        const auto body = ask(path, std::move(params));
        return std::string{body.at("error").at("message").as_string()};
    }

    std::string user() const { return std::to_string(world.accounts()[account].user_id); }

    Media first(Kind kind) const
    {
        for (const auto& media : world.posts(account, now))
            if (media.kind == kind)
                return media;
        return world.stories(account, now).front();
    }

    std::string insights_of(Kind kind) const
    {
        return std::to_string(first(kind).id) + "/insights";
    }

    Faults faults;
    World world;
    Api api;
    std::size_t account = 0;
    int status = 0;
};

TEST_F(ApiTest, RefusesAnUnknownToken)
{
    const auto body = ask("me", {{"access_token", "wrong"}});
    EXPECT_EQ(body.at("error").at("code"), 190);
    EXPECT_EQ(body.at("error").at("type"), "IGApiException");
}

TEST_F(ApiTest, RefusesFieldsThatDoNotExistOrComeTwice)
{
    EXPECT_THAT(
        error("me", {{"fields", "id,shoe_size"}}), HasSubstr("nonexisting field (shoe_size)"));
    EXPECT_THAT(error("me", {{"fields", "id,id"}}), HasSubstr("more than once"));
    EXPECT_THAT(error(user() + "/media", {{"fields", "has_poll"}}), HasSubstr("has_poll"));
    account = 1;
    EXPECT_FALSE(ask(user() + "/media", {{"fields", "has_poll"}}).at("data").as_array().empty());
}

TEST_F(ApiTest, PagesCoverEveryPostOnce)
{
    std::set<std::string> ids;
    std::string after;
    std::size_t rows = 0;
    for (;;) {
        const auto body = ask(user() + "/media", {{"limit", "7"}, {"after", after}});
        for (const auto& row : body.at("data").as_array())
            ids.insert(std::string{row.at("id").as_string()}), ++rows;
        if (!body.at("paging").as_object().contains("next"))
            break;
        after = std::string{body.at("paging").at("cursors").at("after").as_string()};
    }
    EXPECT_EQ(rows, ids.size());
    EXPECT_EQ(rows, world.posts(0, now).size());
}

TEST_F(ApiTest, RefusesMetricsThatTheProductTypeDoesNotHave)
{
    EXPECT_THAT(
        error(insights_of(Kind::reel), {{"metric", "reach,follows"}}),
        HasSubstr("does not support the follows metric"));
    EXPECT_THAT(
        error(insights_of(Kind::image), {{"metric", "impressions"}}),
        HasSubstr("metric[0] must be one of the following values"));
    EXPECT_THAT(
        error(insights_of(Kind::image), {{"metric", "views"}, {"breakdown", "follow_type"}}),
        HasSubstr("Incompatible breakdowns (follow_type) for metric (views)"));
}

TEST_F(ApiTest, CellsOfABreakdownSumToTheTotal)
{
    const auto body =
        ask(insights_of(Kind::story),
            {{"metric", "navigation"}, {"breakdown", "story_navigation_action_type"}});
    const auto& total = body.at("data").at(0).at("total_value");
    std::int64_t sum = 0;
    for (const auto& cell : total.at("breakdowns").at(0).at("results").as_array())
        sum += cell.at("value").as_int64();
    EXPECT_EQ(sum, total.at("value").as_int64());
    EXPECT_GT(sum, 0);
}

TEST_F(ApiTest, RefusesWhatUserInsightsRefuse)
{
    const auto path = user() + "/insights";
    EXPECT_THAT(
        error(path, {{"metric", "views"}, {"period", "day"}}),
        HasSubstr("should be specified with parameter metric_type=total_value"));
    EXPECT_THAT(
        error(
            path,
            {{"metric", "follower_count"}, {"period", "day"}, {"metric_type", "total_value"}}),
        HasSubstr("incompatible with the metric type"));
    EXPECT_THAT(
        error(path, {{"metric", "online_followers"}, {"period", "week"}}),
        HasSubstr("periods (week) are incompatible"));
    EXPECT_THAT(
        error(
            path, {{"metric", "reach"},
                   {"period", "day"},
                   {"since", "1769904000"},
                   {"until", "1772582400"}}),
        HasSubstr("more than 30 days"));
    EXPECT_THAT(
        error(
            path, {{"metric", "follower_demographics"},
                   {"period", "lifetime"},
                   {"metric_type", "total_value"},
                   {"breakdown", "age"}}),
        HasSubstr("timeframe"));
}

TEST_F(ApiTest, SmallAccountsGetNoData)
{
    account = 2;
    const auto body =
        ask(user() + "/insights", {{"metric", "online_followers"}, {"period", "lifetime"}});
    EXPECT_TRUE(body.at("data").as_array().empty());
}

TEST_F(ApiTest, MediaBeforeTheConversionIsRefused)
{
    const auto oldest = world.posts(0, now).back();
    const auto body = ask(std::to_string(oldest.id) + "/insights", {{"metric", "reach"}});
    EXPECT_EQ(body.at("error").at("error_subcode"), 2108006);
}

TEST_F(ApiTest, StoriesDieAfter24Hours)
{
    for (const auto& story : world.stories(0, now)) {
        EXPECT_LT(now - story.published_at, 24h);
        EXPECT_TRUE(
            world.stories(0, story.published_at + 24h).empty() ||
            world.stories(0, story.published_at + 24h).back().id != story.id);
    }
}

TEST_F(ApiTest, OneWorldIsLikeAnotherOfTheSameSeed)
{
    const World other{options(), three_accounts()};
    for (const auto& media : world.posts(1, now))
        EXPECT_EQ(world.media_metric(media, "views", now), other.media_metric(media, "views", now));
}

TEST_F(ApiTest, TotalsOnlyGrow)
{
    const auto media = first(Kind::reel);
    auto before = world.media_metric(media, "views", media.published_at);
    for (auto at = media.published_at; at < media.published_at + 96h; at += 1h) {
        const auto value = world.media_metric(media, "views", at);
        EXPECT_GE(std::get<std::int64_t>(value), std::get<std::int64_t>(before));
        before = value;
    }
}

TEST_F(ApiTest, AccountDaysSettleWithin48Hours)
{
    const auto end = World::day_ends(start, start + 24h).front();
    const auto value = [&](Instant at) {
        return world.account_metric(0, "views", end - 24h, end, at);
    };
    EXPECT_LT(value(end), value(end + 48h));
    EXPECT_EQ(value(end + 48h), value(end + 480h));
}

TEST_F(ApiTest, DaysEndWhereItIsToldInWordsOrSilently)
{
    faults.days.series = faults.days.totals = 10;
    const auto ask_total = [&](int days_ago) {
        const auto since = (now - days_ago * 24h).time_since_epoch() / 1s;
        return ask(
            user() + "/insights", {{"metric", "views"},
                                   {"period", "day"},
                                   {"metric_type", "total_value"},
                                   {"since", std::to_string(since)},
                                   {"until", std::to_string(since + 86'400)}});
    };
    EXPECT_TRUE(ask_total(9).at("data").at(0).as_object().contains("total_value"));
    EXPECT_EQ(ask_total(11).at("error").at("code"), 100);
    faults.days.silent = true;
    EXPECT_FALSE(ask_total(11).at("data").at(0).as_object().contains("total_value"));
}

} // namespace
} // namespace insightd::sandbox
