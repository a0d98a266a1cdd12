#include "tests/sandbox/api.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

// Tags, comments and mentions: the stand-in refuses what the platform refuses.
namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;
constexpr std::int64_t post = 17'900'000'000'000'001;
constexpr std::int64_t page_post = 17'900'000'010'000'001; ///< of the second account

class Edges : public ::testing::Test
{
protected:
    static Remark remark(std::int64_t id, Instant at, std::int64_t person = 7)
    {
        Remark remark;
        remark.id = id;
        remark.at = at;
        remark.person = person;
        remark.username = "jane";
        remark.text = "words";
        return remark;
    }

    static Portrait portrait(std::int64_t id, Instant at)
    {
        Portrait portrait;
        portrait.media_id = id;
        portrait.at = at;
        portrait.username = "jane";
        portrait.caption = "caption";
        return portrait;
    }

    static World::Options options()
    {
        World::Options options;
        options.start = noon;
        auto crowd = std::make_shared<Crowd>();
        for (int n = 0; n < 60; ++n)
            crowd->remarks[post].push_back(remark(100 + n, noon - 60min + n * 1min));
        crowd->remarks[post][59].replies = {
            remark(900, noon - 30s), remark(901, noon - 20s, 0), remark(902, noon + 1h)};
        crowd->remarks[page_post] = {remark(800, noon - 1h)};
        for (int n = 0; n < 30; ++n)
            crowd->tags[0].push_back(portrait(5000 + n, noon - 30h + n * 1h));
        crowd->tags[0][0].hides_likes = true;
        crowd->mentions[1] = {portrait(6000, noon - 1h)};
        crowd->spoken[1] = {remark(7000, noon - 1h)};
        options.crowd = std::move(crowd);
        return options;
    }

    json::value get(std::size_t account, const std::string& path, Params params = {})
    {
        const auto& spec = world.accounts()[account];
        params.insert({{"access_token", spec.token}});
        const auto response =
            api.answer({spec.host, "GET", "/v24.0/" + path, std::move(params)}, noon);
        return json::parse(response.body);
    }

    json::value of_user(std::size_t account, const std::string& edge, Params params = {})
    {
        return get(
            account, std::to_string(world.accounts()[account].user_id) + edge, std::move(params));
    }

    static std::string text(const json::value& value) { return std::string{value.as_string()}; }

    static std::int64_t code(const json::value& body)
    {
        const auto* error = body.as_object().if_contains("error");
        return error != nullptr ? error->at("code").as_int64() : 0;
    }

    Faults faults;
    World world{options(), three_accounts()};
    Api api{world, faults};
};

TEST_F(Edges, CommentsAreNewestFirstAndFiftyAtMost)
{
    const auto path = std::to_string(post) + "/comments";
    auto page = get(0, path, {{"limit", "100"}, {"fields", "id,timestamp"}});
    ASSERT_EQ(page.at("data").as_array().size(), 50U);
    EXPECT_EQ(text(page.at("data").at(0).at("id")), "159");
    const auto after = page.at("paging").at("cursors").at("after").as_string();
    page = get(0, path, {{"limit", "100"}, {"after", std::string{after}}});
    EXPECT_EQ(page.at("data").as_array().size(), 10U);
    EXPECT_FALSE(page.at("paging").as_object().contains("next"));
    EXPECT_EQ(text(page.at("data").at(9).at("text")), "words") << "one of the default fields";
}

TEST_F(Edges, RepliesComeAlongWhereTheyAreAskedFor)
{
    const auto page =
        get(0, std::to_string(post) + "/comments",
            {{"fields", "id,replies.limit(1){id,parent_id,user}"}});
    const auto& replies = page.at("data").at(0).at("replies");
    ASSERT_EQ(replies.at("data").as_array().size(), 1U);
    EXPECT_EQ(text(replies.at("data").at(0).at("parent_id")), "159");
    EXPECT_FALSE(replies.at("data").at(0).as_object().contains("user")) << "another's";
    EXPECT_FALSE(page.at("data").at(1).as_object().contains("replies")) << "it has none";
    const auto more =
        get(0, "159/replies",
            {{"fields", "id,from,user"},
             {"after", std::string{replies.at("paging").at("cursors").at("after").as_string()}}});
    ASSERT_EQ(more.at("data").as_array().size(), 1U) << "one is of the future";
    EXPECT_EQ(
        text(more.at("data").at(0).at("user").at("id")),
        std::to_string(world.accounts()[0].user_id));
}

TEST_F(Edges, TheListCountsRepliesAsWell)
{
    const auto node = get(0, std::to_string(post), {{"fields", "comments_count"}});
    EXPECT_EQ(node.at("comments_count").as_int64(), 62);
}

TEST_F(Edges, CommentsOfAnotherAccountAreGone)
{
    EXPECT_EQ(code(get(0, std::to_string(page_post) + "/comments")), 100);
    EXPECT_EQ(code(get(0, "800/replies")), 100);
}

TEST_F(Edges, UnknownFieldsAreRefused)
{
    const auto comments = std::to_string(post) + "/comments";
    EXPECT_EQ(code(get(0, comments, {{"fields", "id,shares"}})), 100);
    EXPECT_EQ(code(get(0, comments, {{"fields", "id,replies{id,shares}"}})), 100);
    EXPECT_EQ(code(get(0, comments, {{"fields", "id,id"}})), 2500);
    EXPECT_EQ(code(of_user(0, "/tags", {{"fields", "id,insights"}})), 100);
}

TEST_F(Edges, TagsHaveCursorsAndNoNextPage)
{
    auto page = of_user(0, "/tags", {{"fields", "id,like_count"}});
    ASSERT_EQ(page.at("data").as_array().size(), 25U);
    EXPECT_EQ(text(page.at("data").at(0).at("id")), "5029");
    EXPECT_FALSE(page.at("paging").as_object().contains("next"));
    const auto after = std::string{page.at("paging").at("cursors").at("after").as_string()};
    page = of_user(0, "/tags", {{"fields", "id,like_count"}, {"after", after}});
    ASSERT_EQ(page.at("data").as_array().size(), 5U);
    EXPECT_FALSE(page.at("data").at(4).as_object().contains("like_count")) << "hidden";
}

TEST_F(Edges, MentionsAreOfTheFacebookHostOnly)
{
    const Params media{{"fields", "mentioned_media.media_id(6000){id,like_count,caption}"}};
    EXPECT_EQ(text(of_user(1, "", media).at("mentioned_media").at("caption")), "caption");
    EXPECT_EQ(code(of_user(0, "", media)), 100);
    const Params comment{{"fields", "mentioned_comment.comment_id(7000){id,text}"}};
    EXPECT_EQ(text(of_user(1, "", comment).at("mentioned_comment").at("text")), "words");
    EXPECT_EQ(code(of_user(1, "", {{"fields", "mentioned_media.media_id(6001){id}"}})), 100);
    EXPECT_EQ(code(of_user(1, "", {{"fields", "mentioned_media.media_id(6000){permalink}"}})), 100);
}

TEST_F(Edges, AllNeedThePermissionToManageComments)
{
    faults.forbidden_edges = {"tags", "comments", "replies", "mentions"};
    EXPECT_EQ(code(of_user(0, "/tags")), 10);
    EXPECT_EQ(code(get(0, std::to_string(post) + "/comments")), 10);
    EXPECT_EQ(code(get(0, "159/replies")), 10);
    EXPECT_EQ(code(of_user(1, "", {{"fields", "mentioned_media.media_id(6000){id}"}})), 10);
}

} // namespace
} // namespace insightd::sandbox
