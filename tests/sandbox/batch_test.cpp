#include "tests/sandbox/hmac.hpp"
#include "tests/sandbox/login.hpp"
#include "tests/sandbox/visitor.hpp"

#include <boost/json/serialize.hpp>

namespace insightd::sandbox
{
namespace
{

using ::testing::SizeIs;

class Batch : public Visitor
{
protected:
    const AccountSpec& bakery() const { return world.accounts()[facebook_account]; }

    std::string profile_url() const
    {
        return "v24.0/" + std::to_string(bakery().user_id) + "?fields=id,username";
    }

    static json::array members(std::size_t count, const std::string& url)
    {
        json::array members;
        for (std::size_t at = 0; at < count; ++at)
            members.push_back(json::object{{"method", "GET"}, {"relative_url", url}});
        return members;
    }

    json::value
    send(const json::value& batch, const Params& changes = {}, Host host = Host::facebook)
    {
        Request request{host, "POST", "/v24.0/", {}};
        request.form = {{"batch", json::serialize(batch)}, {"access_token", bakery().token}};
        for (const auto& [name, value] : changes)
            request.form[name] = value;
        return answer(request);
    }
};

TEST_F(Batch, MembersAreAnsweredInOrderAndCountEach)
{
    auto batch = members(2, profile_url());
    batch.push_back(json::object{{"method", "GET"}, {"relative_url", "v24.0/1?fields=id"}});
    const auto lines = send(batch);
    EXPECT_EQ(last.status, 200);
    ASSERT_THAT(lines.as_array(), SizeIs(3));
    EXPECT_EQ(lines.at(0).at("code").as_int64(), 200);
    EXPECT_EQ(text(json::parse(text(lines.at(0).at("body"))).at("username")), bakery().username);
    EXPECT_EQ(lines.at(2).at("code").as_int64(), 400);
    EXPECT_EQ(codes(json::parse(text(lines.at(2).at("body")))).first, 100);
    EXPECT_EQ(api.calls(), 3);
    EXPECT_EQ(api.requests(), 1);
}

TEST_F(Batch, HeadersOfMembersAreThereUnlessTheyAreNotWanted)
{
    EXPECT_TRUE(send(members(1, profile_url())).at(0).as_object().contains("headers"));
    const auto bare = send(members(1, profile_url()), {{"include_headers", "false"}});
    EXPECT_FALSE(bare.at(0).as_object().contains("headers"));
    EXPECT_TRUE(last.headers.contains("x-business-use-case-usage")) << "of the whole answer";
}

TEST_F(Batch, IsTakenByTheFacebookHostAlone)
{
    EXPECT_EQ(codes(send(members(1, profile_url()), {}, Host::instagram)).first, 2500);
    faults.batches.unknown = true;
    EXPECT_EQ(codes(send(members(1, profile_url()))).first, 2500);
}

TEST_F(Batch, HasFiftyMembersAtMost)
{
    EXPECT_THAT(send(members(50, profile_url())).as_array(), SizeIs(50));
    EXPECT_EQ(codes(send(members(51, profile_url()))).first, 100);
    EXPECT_EQ(codes(send(json::array{})).first, 100);
}

TEST_F(Batch, MemberIsAReadingCallWithoutATokenOfItsOwn)
{
    EXPECT_EQ(codes(send(members(1, profile_url() + "&access_token=x"))).first, 100);
    EXPECT_EQ(codes(send(members(1, "/" + profile_url()))).first, 100);
    const json::array post{json::object{{"method", "POST"}, {"relative_url", profile_url()}}};
    EXPECT_EQ(codes(send(post)).first, 100);
    EXPECT_EQ(codes(send("text")).first, 100);
}

TEST_F(Batch, NeedsTokenAndProofLikeAnyCall)
{
    EXPECT_EQ(codes(send(members(1, profile_url()), {{"access_token", "wrong"}})).first, 190);
    faults.login.requires_proof = true;
    EXPECT_EQ(codes(send(members(1, profile_url()))).first, 100);
    const auto proof = hmac_sha256(api.apps().facebook.secret, bakery().token);
    EXPECT_EQ(
        send(members(1, profile_url()), {{"appsecret_proof", proof}}).at(0).at("code").as_int64(),
        200);
}

TEST_F(Batch, MembersAreCountedAgainstTheLimits)
{
    faults.limits.account_calls_a_day = 3;
    const auto lines = send(members(5, profile_url()));
    for (std::size_t at = 0; at < 5; ++at)
        EXPECT_EQ(lines.at(at).at("code").as_int64(), at < 3 ? 200 : 400) << at;
    EXPECT_EQ(api.counters().throttled(), 2);
    EXPECT_EQ(api.counters().while_blocked(), 0) << "they were sent together";
}

TEST_F(Batch, UnfinishedMembersAreNullAndNoCalls)
{
    faults.batches.unfinished = 1;
    const auto lines = send(members(2, profile_url()));
    EXPECT_TRUE(lines.at(0).is_null());
    EXPECT_EQ(api.calls(), 0);
}

} // namespace
} // namespace insightd::sandbox
