#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <memory>

// Accounts that collect all there is: what was added last takes nothing from what matters.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using sandbox::Host;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr std::size_t on_facebook = 1; ///< of the three accounts
constexpr std::int64_t first_post = 17'900'000'000'000'000;

constexpr auto usual_readings = R"(
defaults:
  schedule: {account_insights: 6h}
)";

constexpr auto everything = R"(
defaults:
  schedule: {account_insights: 6h}
  collect: {conversations: metadata, tags: metadata, comments: metadata, live_media: on, publishing_limit: on}
)";

std::vector<sandbox::Remark> remarks_from(model::Instant first, std::int64_t id)
{
    std::vector<sandbox::Remark> remarks;
    for (int n = 0; n < 20; ++n) {
        sandbox::Remark remark;
        remark.id = id + n;
        remark.at = first + n * 30min;
        remark.person = 71;
        remark.username = "somebody";
        remark.text = "words";
        remarks.push_back(std::move(remark));
    }
    return remarks;
}

/// People write messages and comments, show the accounts, and look at their broadcasts.
sandbox::World::Options busy_world()
{
    sandbox::World::Options options;
    options.start = start;
    options.days_of_history = 5;
    options.story_every = 6h;
    sandbox::Mailbox mailbox;
    sandbox::Crowd crowd;
    for (std::size_t account = 0; account < 3; ++account) {
        sandbox::MailboxPlan plan;
        plan.seed = account + 1;
        plan.from = start;
        mailbox[account] = sandbox::made_up_chats(plan);
        options.broadcasts.push_back(
            {account, 17'700'000'000'000'000 + static_cast<std::int64_t>(account), start + 2h,
             start + 3h});
        sandbox::Portrait portrait;
        portrait.media_id = 5000 + static_cast<std::int64_t>(account);
        portrait.at = start - 1h;
        portrait.username = "somebody";
        crowd.tags[account].push_back(portrait);
    }
    for (int post = 0; post < 5; ++post)
        crowd.remarks[first_post + post] = remarks_from(start, 6000 + 100 * post);
    options.mailbox = std::make_shared<const sandbox::Mailbox>(std::move(mailbox));
    options.crowd = std::make_shared<const sandbox::Crowd>(std::move(crowd));
    return options;
}

class Busy : public Simulation
{
public:
    explicit Busy(const std::string& yaml, sandbox::CallLimits limits = {})
        : Simulation{start, yaml, sandbox::three_accounts(), busy_world()}
    {
        faults.limits = limits;
        api.watch([this](const auto& request, const auto&, auto) {
            facebook_calls += request.host == Host::facebook;
        });
    }

    /// And what only Facebook Login offers.
    void add_competitors()
    {
        auto& account = config.accounts.at(on_facebook);
        account.collect[config::Collector::competitors] = true;
        account.competitors = {"metricsaurus", "tiny_garden"};
        begin();
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    std::string readings_of(const std::string& which) const
    {
        return value(
                   "SELECT string_agg(media_id || ' ' || observed_at, ', ' ORDER BY media_id, "
                   "observed_at) FROM store.media_sample JOIN store.media USING (account_id, "
                   "media_id) WHERE " +
                   which)
            .value_or("none");
    }

    void expect_no_story_late() const
    {
        EXPECT_GT(number("SELECT count(*) FROM store.story WHERE state = 'final'"), 4);
        EXPECT_EQ(number("SELECT count(*) FROM store.story WHERE state = 'missed'"), 0);
    }

    std::int64_t facebook_calls = 0;
};

void let_optional_ones_fail(Busy& busy)
{
    busy.faults.forbidden_edges = {"tags", "comments", "content_publishing_limit", "live_media"};
    busy.faults.messages.fails = true;
    busy.faults.discovery.fails = true;
}

TEST(Everything, OfAnAccountFitsIntoHalfOfItsCallsAndNoStoryIsLate)
{
    Busy plenty{everything};
    plenty.add_competitors();
    plenty.run_until(start + 24h);
    sandbox::CallLimits limits;
    limits.account_calls_a_day = plenty.facebook_calls / 2;
    Busy scarce{everything, limits};
    scarce.add_competitors();
    scarce.run_until(start + 24h);
    EXPECT_EQ(scarce.api.counters().throttled(), 0);
    EXPECT_EQ(scarce.api.message_calls().too_many, 0);
    EXPECT_LT(scarce.facebook_calls, plenty.facebook_calls * 3 / 4) << "the limit was felt";
    scarce.expect_no_story_late();
}

TEST(Everything, ThatIsOptionalAndFailsDelaysNoStoryAndNoPost)
{
    Busy usual{usual_readings};
    usual.run_until(start + 24h);
    Busy failing{everything};
    let_optional_ones_fail(failing);
    failing.add_competitors();
    failing.run_until(start + 24h);
    failing.expect_no_story_late();
    EXPECT_EQ(
        failing.readings_of("product_type = 'STORY'"), usual.readings_of("product_type = 'STORY'"));
    EXPECT_EQ(
        failing.readings_of("product_type <> 'STORY'"),
        usual.readings_of("product_type <> 'STORY'"));
    EXPECT_EQ(
        failing.value("SELECT string_agg(DISTINCT collector, ' ' ORDER BY collector) FROM "
                      "insights.collection_health WHERE state = 'failing'"),
        "comments competitors conversations live_media publishing_limit tags")
        << "nothing else";
}

} // namespace
} // namespace insightd
