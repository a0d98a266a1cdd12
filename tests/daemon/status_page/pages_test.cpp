#include "daemon/status_page/pages.hpp"
#include "daemon/status_page/standing.hpp"

#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace insightd::status_page
{
namespace
{

using insightd::testing::at;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

AccountNow account(int number, std::string name)
{
    AccountNow now;
    now.id = 17'841'400'000'000'000 + number;
    now.name = std::move(name);
    now.token = Token{"ok", "", "", noon + 24h * 40};
    return now;
}

model::Health health(const AccountNow& account, std::string collector = "media")
{
    model::Health row;
    row.account_id = account.id;
    row.account = account.name;
    row.collector = std::move(collector);
    row.state = "ok";
    row.last_success_at = noon - 4min;
    row.next_due_at = noon + 11min;
    return row;
}

/// So many accounts, all well.
struct World {
    explicit World(int count = 3)
    {
        now.now = noon;
        now.version = "1.2.3";
        stored.facts.emplace();
        stored.as_of = noon;
        for (int number = 0; number < count; ++number) {
            now.accounts.push_back(account(number, fmt::format("shop_{:03}", number)));
            stored.facts->health.push_back(health(now.accounts.back()));
        }
    }
    std::string page(std::string_view searched = {}) const
    {
        return overview_page(now, stored, searched);
    }
    void dies(std::size_t index)
    {
        now.accounts.at(index).token = Token{
            "needs_login", "the password was changed", "insightd login " + now.accounts[index].name,
            std::nullopt};
    }
    void fails(std::size_t index, std::string error_class, std::string error)
    {
        auto& row = stored.facts->health.at(index);
        row.state = "failing";
        row.error_class = std::move(error_class);
        row.error = std::move(error);
    }

    DaemonNow now;
    Stored<model::ShownAccounts> stored;
};

TEST(Overview, SaysThatAllIsWell)
{
    EXPECT_THAT(
        World{}.page(),
        AllOf(
            HasSubstr("<h1>All 3 accounts are collected</h1>"), HasSubstr("4 min ago"),
            HasSubstr("40 d left"), HasSubstr("<html lang=\"en\">"), HasSubstr("name=\"viewport\""),
            Not(HasSubstr("<script"))));
}

TEST(Overview, NamesWhoNeedsSomebodyAndWhatToType)
{
    World world;
    world.dies(1);
    EXPECT_THAT(
        world.page(),
        AllOf(
            HasSubstr("<h1>1 account needs you</h1>"), HasSubstr("the password was changed"),
            HasSubstr("<code>insightd login shop_001</code>")));
    const auto standings = standings_of(world.now, world.stored);
    EXPECT_EQ(standings.front().name, "shop_001") << "worst first";
    EXPECT_EQ(standings.front().level, Level::stopped);
}

TEST(Overview, SaysThatTheClockIsWrongAndWhatToType)
{
    World world;
    EXPECT_THAT(world.page(), Not(HasSubstr("clock is")));
    world.now.machine_ahead = -1h;
    EXPECT_THAT(
        world.page(), AllOf(
                          HasSubstr("<h1>The clock needs you</h1>"), Not(HasSubstr("soon")),
                          HasSubstr("clock is 1 h"), HasSubstr("behind; the platform"),
                          HasSubstr("timedatectl set-ntp true")));
}

TEST(Overview, SaysThatTheFileHasAMistakeAndWhere)
{
    World world;
    world.now.config_trouble = "/etc/insightd/insightd.yaml:7:3: unknown key `colour`";
    EXPECT_THAT(
        world.page(),
        AllOf(
            HasSubstr("<h1>The configuration needs you</h1>"), HasSubstr("The file has a mistake"),
            Not(HasSubstr("soon")), HasSubstr("insightd.yaml:7:3: unknown key `colour`"),
            HasSubstr("everything goes on as configured before")));
}

TEST(Overview, SaysWhatWaitsForARestart)
{
    World world;
    world.now.config_waits = "database, http";
    EXPECT_THAT(
        world.page(), AllOf(
                          HasSubstr("<h1>The configuration needs you</h1>"),
                          HasSubstr("database, http"), HasSubstr("systemctl restart insightd")));
}

TEST(Overview, TheFirstLineNamesEverythingThatNeedsSomebodyOnce)
{
    World world;
    world.dies(1);
    world.dies(2);
    world.now.machine_ahead = 1h;
    world.now.config_trouble = "insightd.yaml:7:3: unknown key `colour`";
    world.now.config_waits = "http";
    EXPECT_THAT(
        world.page(), HasSubstr("<h1>2 accounts, the clock and the configuration need you</h1>"));

    world.now.spool_trouble = SpoolTrouble::unusable;
    EXPECT_THAT(
        world.page(), HasSubstr("<h1>Numbers are in danger: 2 accounts, the spool, the clock and "
                                "the configuration need you</h1>"));
}

TEST(Overview, AFullSpoolSaysHowManyRowsWereDropped)
{
    World world;
    world.now.spool_trouble = SpoolTrouble::full;
    world.now.spool_dropped = 1200;
    EXPECT_THAT(
        world.page(),
        AllOf(
            HasSubstr("<h1>Numbers are in danger: the spool needs you</h1>"),
            HasSubstr("can be read again; 1,200 rows were dropped since the start</p>")));
}

TEST(Overview, RowsThatWereDroppedStayVisibleWhenTheSpoolIsWellAgain)
{
    World world;
    EXPECT_THAT(world.page(), AllOf(HasSubstr("spool: empty<"), Not(HasSubstr("dropped"))));
    world.now.spool_dropped = 1;
    EXPECT_THAT(
        world.page(), AllOf(
                          HasSubstr("<h1>All 3 accounts are collected</h1>"),
                          HasSubstr("spool: empty; 1 row was dropped since the start")));
}

TEST(Overview, RecordsThatAreKeptAsideNeedSomebodyAndSayWhatToDo)
{
    World world;
    world.now.spool_set_aside = 2;
    EXPECT_THAT(
        world.page(),
        AllOf(
            HasSubstr("<h1>The spool needs you</h1>"),
            HasSubstr("2 records are kept aside: damaged, or refused by the database"),
            HasSubstr("rows_refused"), HasSubstr("deploy/docs/spool.md")));
}

TEST(Overview, SpoolThatWasDamagedNeedsSomebodyForADay)
{
    World world;
    world.now.spool_damaged_at = world.now.now - 2h;
    EXPECT_THAT(
        world.page(), AllOf(
                          HasSubstr("<h1>The spool needs you</h1>"),
                          HasSubstr("found damaged, cut off or removed 2 h ago")));
    world.now.spool_damaged_at = world.now.now - 24h;
    EXPECT_THAT(world.page(), Not(HasSubstr("found damaged")));
}

TEST(Overview, TellsErrorsInWordsWithTheMend)
{
    World world;
    world.fails(0, "no_permission", "no_permission 10: (#10) <b>not</b> allowed");
    world.fails(2, "transient", "transient 2: try again");
    world.now.advice = [](model::AccountId, const model::Health& row) {
        return std::string{row.error_class == "no_permission" ? "grant it" : ""};
    };
    const auto page = world.page();
    EXPECT_THAT(
        page,
        AllOf(
            HasSubstr("The token lacks a permission."), HasSubstr("&lt;b&gt;not&lt;/b&gt;"),
            Not(HasSubstr("<b>")), HasSubstr("grant it"), HasSubstr("nothing: it tries again")));
    const auto standings = standings_of(world.now, world.stored);
    EXPECT_EQ(standings[0].level, Level::needs_you);
    EXPECT_EQ(standings[1].level, Level::trying) << "time heals";
    EXPECT_EQ(standings[2].level, Level::well);
}

TEST(Overview, EscapesEveryNameOfOthers)
{
    World world{1};
    const std::string evil = "<img src=x onerror=alert(1)>\"'&";
    world.now.accounts[0].name = evil;
    world.now.accounts[0].token = Token{"needs_login", evil, evil, std::nullopt};
    world.now.version = evil;
    world.fails(0, evil, evil);
    auto& facts = *world.stored.facts;
    facts.health[0].collector = evil;
    facts.stories.push_back({world.now.accounts[0].id, evil, 18, noon, noon + 2h, noon});
    facts.stories_open = 1;
    facts.gaps.emplace().push_back(
        {world.now.accounts[0].id,
         1,
         1,
         {evil, evil, std::nullopt, std::nullopt, noon, std::nullopt, true, evil}});
    world.stored.why_not = evil;
    world.now.advice = [&](auto, const auto&) { return evil; };

    model::ShownAccount account;
    account.username = evil;
    model::ShownPost post;
    post.id = 18;
    post.product_type = post.media_type = post.caption = post.permalink = post.presence =
        post.story_state = post.story_reason = evil;
    post.absent = "views " + evil;
    account.posts.push_back(post);
    account.gaps.push_back(facts.gaps->front().newest);
    account.days.push_back({model::Day{}, 1, true, 1, 2, 3, "views " + evil});
    const Stored<model::ShownAccount> one{account, noon, evil};
    model::ShownPostHistory history;
    history.post = post;
    history.readings.push_back({noon, noon, std::nullopt, 1, 1, "views " + evil});
    history.gaps = account.gaps;
    history.gaps[0].collector = "media_insights";
    const Stored<model::ShownPostHistory> of_post{history, noon, evil};

    for (const auto& page :
         {world.page(), world.page(evil), account_page(world.now, evil, world.stored, one),
          post_page(world.now, evil, "18", of_post), message_page(world.now, evil, evil)}) {
        EXPECT_THAT(page, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
        EXPECT_THAT(page, Not(HasSubstr("<img")));
        EXPECT_THAT(page, Not(HasSubstr("onerror=alert(1)>\"")));
    }
}

TEST(Overview, WithoutTheDatabaseShowsWhatTheDaemonKnows)
{
    World world;
    world.stored = {};
    world.stored.why_not = "connection refused";
    world.now.database_is_up = false;
    world.now.spool_rows = 1'234;
    world.now.spool_oldest = noon - 20min;
    model::KnownMedia story;
    story.id = 18'000'000;
    story.published_at = noon - 22h;
    story.expires_at = noon + 2h;
    world.now.accounts[1].open_stories.push_back(story);
    EXPECT_THAT(
        world.page(),
        AllOf(
            HasSubstr("The database does not answer"), HasSubstr("connection refused"),
            HasSubstr("Only what the daemon knows itself is shown"), HasSubstr("1,234 rows wait"),
            HasSubstr("the oldest of 20 min ago"), HasSubstr("in 2 h"), HasSubstr("18000000"),
            HasSubstr("shop_002")));
}

TEST(Overview, SaysOfWhenOldFactsAre)
{
    World world;
    world.stored.as_of = noon - 10min;
    world.stored.why_not = "the database does not answer";
    EXPECT_THAT(world.page(), HasSubstr("What it told last is shown: 10 min ago."));
}

TEST(Overview, OfFiveHundredAccountsShowsTheWorstAndFoldsTheRest)
{
    World world{500};
    world.dies(321);
    world.fails(77, "transient", "transient 2");
    const auto page = world.page();
    EXPECT_LT(page.find("shop_321</bdi></a>"), page.find("shop_077</bdi></a>"));
    EXPECT_THAT(page, HasSubstr("475 accounts more, all well</summary>"));
    EXPECT_THAT(page, HasSubstr("href=\"/account/shop_499\""));
    EXPECT_LT(page.size(), 150'000U);

    const auto found = world.page("SHOP_12");
    EXPECT_THAT(
        found, AllOf(
                   HasSubstr("10 of 500 accounts"), HasSubstr("/account/shop_129"),
                   Not(HasSubstr("/account/shop_130")), HasSubstr("value=\"SHOP_12\"")));
}

TEST(Overview, TellsLateAndBlockedAccounts)
{
    World world;
    world.stored.facts->health[0].next_due_at = noon - 40min;
    world.now.accounts[1].budget.blocked_until = noon + 25min;
    const auto standings = standings_of(world.now, world.stored);
    EXPECT_EQ(standings[0].words, "Late: list of posts, due 40 min ago");
    EXPECT_EQ(standings[1].words, "The platform makes it wait, until 12:25 UTC");
    EXPECT_EQ(standings[0].level, Level::waits);
}

TEST(Overview, OfNothingCollectedYetSaysSo)
{
    World world{2};
    world.stored.facts.emplace();
    EXPECT_THAT(
        world.page(),
        AllOf(HasSubstr("Collecting begins"), HasSubstr("Nothing was collected yet")));
}

TEST(AccountPage, DrawsWhatIsMissingAsMissing)
{
    World world{1};
    model::ShownAccount account;
    const auto day = std::chrono::floor<std::chrono::days>(noon);
    account.days = {
        {day - std::chrono::days{3}, 1, true, 40, 30, 3, ""},
        {day - std::chrono::days{2}, 1, true, std::nullopt, 0, 3, "views too_few_viewers"},
        {day - std::chrono::days{1}, 1, false, 12, 9, 1, ""}};
    const auto page = account_page(world.now, "shop_000", world.stored, {account, noon, ""});
    EXPECT_THAT(
        page, AllOf(
                  HasSubstr("no number: too few viewers"), HasSubstr("class=\"bar provisional\""),
                  HasSubstr("class=\"hole\""), HasSubstr("Nothing was read yet.")));
}

TEST(PostPage, ShowsWhyANumberIsMissing)
{
    World world{1};
    model::ShownPostHistory history;
    history.post.id = 17;
    history.post.product_type = "REELS";
    history.post.published_at = noon - 24h;
    history.post.reach = 0;
    history.post.absent = "views too_few_viewers";
    history.post.permalink = "javascript:alert(1)";
    const auto page = post_page(world.now, "shop_000", "17", {history, noon, ""});
    EXPECT_THAT(
        page, AllOf(
                  HasSubstr("<h1>Reel 17</h1>"),
                  HasSubstr("<dt>Views</dt><dd>–<small>too few viewers</small></dd>"),
                  HasSubstr("<dt>Reach</dt><dd>0</dd>"), Not(HasSubstr("href=\"javascript"))));
}

} // namespace
} // namespace insightd::status_page
