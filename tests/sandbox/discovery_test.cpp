#include "tests/sandbox/visitor.hpp"

// The stand-in refuses what the platform refuses.
namespace insightd::sandbox
{
namespace
{

using ::testing::HasSubstr;

class Discovery : public Visitor
{
protected:
    json::value ask(const std::string& fields, Host host = Host::facebook)
    {
        const auto& spec =
            world.accounts()[host == Host::facebook ? facebook_account : instagram_account];
        return get(
            host, "/v24.0/" + std::to_string(spec.user_id),
            {{"fields", fields}, {"access_token", spec.token}});
    }
};

TEST_F(Discovery, TellsOfAnotherProfessionalAccount)
{
    const auto body = ask("business_discovery.username(metricsaurus){followers_count,media.limit(3)"
                          "{id,like_count,view_count,media_type}},username");
    const auto& other = body.at("business_discovery");
    EXPECT_EQ(other.at("id"), "17841400000000001");
    EXPECT_EQ(other.at("followers_count"), world.followers(0, now));
    EXPECT_EQ(body.at("username"), "bakery_berlin") << "of the one who asks";
    const auto& posts = other.at("media").at("data").as_array();
    ASSERT_EQ(posts.size(), 3U);
    for (const auto& post : posts)
        EXPECT_EQ(post.as_object().contains("view_count"), post.at("media_type") == "VIDEO");
}

TEST_F(Discovery, RefusesWhomNobodyCanSee)
{
    faults.discovery.personal = {"tiny_garden"};
    for (const auto* name : {"nobody", "tiny_garden"}) {
        const auto body = ask(std::string{"business_discovery.username("} + name + "){id}");
        EXPECT_EQ(codes(body), (std::pair<std::int64_t, std::int64_t>{110, 2207013}));
        EXPECT_THAT(text(body.at("error").at("error_user_msg")), HasSubstr(name));
    }
    faults.discovery.age_gated = {"metricsaurus"};
    EXPECT_FALSE(ask("business_discovery.username(metricsaurus){id}")
                     .as_object()
                     .contains("business_discovery"));
}

TEST_F(Discovery, RefusesWhatIsNotPublicAndTheOtherHost)
{
    const std::string of = "business_discovery.username(metricsaurus)";
    EXPECT_THAT(message(ask(of + "{email}")), HasSubstr("nonexisting field (email)"));
    EXPECT_THAT(
        message(ask(of + "{media{saved_count}}")), HasSubstr("nonexisting field (saved_count)"));
    EXPECT_EQ(codes(ask(of + "{live_media}")).first, 36104);
    EXPECT_EQ(codes(ask(of + "{stories}")).first, 10);
    EXPECT_EQ(codes(ask(of + "{id,id}")).first, 2500);
    EXPECT_EQ(codes(ask("business_discovery{id}")).first, 100);
    EXPECT_THAT(
        message(ask(of + "{id}", Host::instagram)),
        HasSubstr("nonexisting field (business_discovery)"));
}

TEST_F(Discovery, NeedsThePermissionForInsightsAndCountsForTheAppAlone)
{
    const auto poor = long_lived(
        Host::facebook, {{"scope", "instagram_basic,pages_read_engagement,pages_show_list"}});
    const auto path = "/v24.0/" + std::to_string(world.accounts()[facebook_account].user_id);
    const auto body =
        get(Host::facebook, path,
            {{"fields", "business_discovery.username(metricsaurus){id}"}, {"access_token", poor}});
    EXPECT_EQ(codes(body).first, 10);
    faults.limits.account_calls_a_day = 1;
    for (int call = 0; call < 3; ++call)
        EXPECT_EQ(codes(ask("business_discovery.username(metricsaurus){id}")).first, 0);
    faults.limits.app_calls_an_hour = 1;
    ask("business_discovery.username(metricsaurus){id}");
    EXPECT_EQ(codes(ask("business_discovery.username(metricsaurus){id}")).first, 4);
}

class Live : public Visitor
{
protected:
    static World::Options on_air()
    {
        auto options = Visitor::options();
        options.broadcasts = {{instagram_account, 9, start_of_time, start_of_time + 10min}};
        return options;
    }

    json::value ask(const std::string& fields)
    {
        const World broadcasting{on_air(), three_accounts()};
        Api other{broadcasting, faults};
        const auto& spec = broadcasting.accounts()[instagram_account];
        return json::parse(other
                               .answer(
                                   {Host::instagram,
                                    "GET",
                                    "/v24.0/" + std::to_string(spec.user_id) + "/live_media",
                                    {{"fields", fields}, {"access_token", spec.token}}},
                                   now)
                               .body);
    }
};

TEST_F(Live, IsListedWhileItLives)
{
    now += 4min;
    const auto row = ask("id,media_type,current_live_viewer_count").at("data").at(0);
    EXPECT_EQ(row.at("id"), "9");
    EXPECT_EQ(row.at("media_type"), "BROADCAST");
    EXPECT_EQ(row.at("current_live_viewer_count"), 5 + 4 * 3);
    now += 6min;
    EXPECT_TRUE(ask("id").at("data").as_array().empty());
    EXPECT_THAT(message(ask("reach")), HasSubstr("nonexisting field (reach)"));
    faults.no_live_viewers = true;
    EXPECT_THAT(
        message(ask("id,current_live_viewer_count")),
        HasSubstr("nonexisting field (current_live_viewer_count)"));
}

} // namespace
} // namespace insightd::sandbox
