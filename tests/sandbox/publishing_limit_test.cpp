#include "tests/sandbox/visitor.hpp"

// The stand-in refuses what the platform refuses.
namespace insightd::sandbox
{
namespace
{

class PublishingLimit : public Visitor
{
protected:
    json::value ask(Host host, Params params = {})
    {
        const auto account = host == Host::instagram ? instagram_account : facebook_account;
        const auto& spec = world.accounts()[account];
        params.insert({{"access_token", spec.token}});
        return get(
            host, "/v24.0/" + std::to_string(spec.user_id) + "/content_publishing_limit",
            std::move(params));
    }
};

TEST_F(PublishingLimit, IsToldOnBothHosts)
{
    now += 36h;
    for (const auto host : {Host::instagram, Host::facebook}) {
        const auto row = ask(host, {{"fields", "quota_usage,config"}}).at("data").at(0);
        const auto account = host == Host::instagram ? instagram_account : facebook_account;
        EXPECT_EQ(row.at("quota_usage"), world.published(account, now - 24h, now));
        EXPECT_EQ(row.at("config").at("quota_total"), 100);
        EXPECT_EQ(row.at("config").at("quota_duration"), 86'400);
    }
    const auto usual = ask(Host::instagram).at("data").at(0).as_object();
    EXPECT_EQ(usual.size(), 1U) << "without fields: quota_usage";
}

TEST_F(PublishingLimit, RefusesFieldsThatAreNoneAndTimesTooLongAgo)
{
    EXPECT_EQ(
        message(ask(Host::facebook, {{"fields", "rate_limit_settings"}})),
        "(#100) Tried accessing nonexisting field (rate_limit_settings)");
    EXPECT_EQ(codes(ask(Host::instagram, {{"since", "5"}})).first, 100);
}

TEST_F(PublishingLimit, NeedsThePermissionToPublish)
{
    for (const auto host : {Host::instagram, Host::facebook}) {
        const bool instagram = host == Host::instagram;
        const std::string usual =
            instagram ? "instagram_business_basic,instagram_business_manage_insights"
                      : "instagram_basic,pages_read_engagement,pages_show_list";
        const auto poor = long_lived(host, {{"scope", usual}});
        EXPECT_EQ(refusal_of(host, poor, "/content_publishing_limit").first, 10);
        const auto rich = long_lived(
            host, {{"scope", usual + (instagram ? ",instagram_business_content_publish"
                                                : ",instagram_content_publish")}});
        EXPECT_EQ(refusal_of(host, rich, "/content_publishing_limit").first, 0);
    }
}

} // namespace
} // namespace insightd::sandbox
