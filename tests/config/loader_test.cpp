#include "config/loader.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace insightd::config
{
namespace
{

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const MetricVocabulary vocabulary{
    {"reach", true, false, "", ""},
    {"reposts", true, false, "", ""},
    {"impressions", true, true, "views", "since 2025-04-21"},
    {"views", true, false, "", ""},
    {"website_clicks", false, false, "", ""},
    {"reach", false, false, "", ""}};

const std::string head = "database: embedded\n";
const std::string account = "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}}\n";

Config good(const std::string& text)
{
    auto parsed = parse(text, "f.yaml", vocabulary);
    if (const auto* mistakes = std::get_if<Mistakes>(&parsed))
        ADD_FAILURE() << mistakes->text();
    return std::holds_alternative<Config>(parsed) ? std::get<Config>(parsed) : Config{};
}

std::string mistakes_in(const std::string& text)
{
    const auto parsed = parse(text, "f.yaml", vocabulary);
    return std::holds_alternative<Mistakes>(parsed) ? std::get<Mistakes>(parsed).text() : "";
}

std::string fixture(const std::string& name)
{
    std::ifstream file{std::string{INSIGHTD_FIXTURES} + "/config/" + name};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(Loader, TriesOnlyWhatTheCatalogueDoesNotKnow)
{
    const auto with = [](const std::string& metrics) {
        return mistakes_in(head + "defaults: {metrics: {" + metrics + "}}\n" + account);
    };
    EXPECT_EQ(with("media: {brand_new: {try: true}}"), "");
    EXPECT_THAT(with("media: {reech: on}"), HasSubstr("did you mean `reach`?"));
    EXPECT_THAT(with("media: {reach: {try: true}}"), HasSubstr("write `reach: on`"));
    EXPECT_THAT(with("media: {impressions: {try: true}}"), HasSubstr("use `views`"));
    EXPECT_THAT(with("media: {'Brand New': {try: true}}"), HasSubstr("cannot be a metric"));
    EXPECT_THAT(with("media: {brand_new: {products: [FEED]}}"), HasSubstr("lacks `try`"));
    EXPECT_THAT(with("media: {brand_new: {try: true, products: [FED]}}"), HasSubstr("FEED"));
    EXPECT_THAT(with("account: {brand_new: {try: true, products: [FEED]}}"), HasSubstr("products"));
}

TEST(Loader, AnAccountDoesNotTryWhatItSwitchesOff)
{
    const auto config = good(
        head + "defaults: {metrics: {media: {brand_new: {try: true}}}}\n" +
        "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}}\n" +
        "  - {name: b, user_id: \"2\", token: {env: B}, "
        "metrics: {media: {brand_new: {try: false}}}}\n");
    EXPECT_TRUE(config.accounts.at(0).metrics.tried_media.contains("brand_new"));
    EXPECT_FALSE(config.accounts.at(1).metrics.tried_media.contains("brand_new"));
}

TEST(Loader, ReadsTheWholeLanguage)
{
    const auto config = good(fixture("valid_full.yaml"));
    EXPECT_EQ(config.database_url, "postgresql:///insights");
    EXPECT_FALSE(config.embedded_database);
    EXPECT_EQ(config.api.token_transport, TokenTransport::header);
    EXPECT_EQ(config.api.timeout, 20s);
    EXPECT_EQ(app_of(config.api, Login::facebook).secret->name, "app_secret");
    EXPECT_EQ(app_of(config.api, Login::instagram).id, "990602627938098");
    EXPECT_EQ(config.vault_key, (SecretReference{SecretReference::Kind::credential, "vault_key"}));
    EXPECT_EQ(config.login.port, 9465);
    EXPECT_EQ(config.login.redirect_uri, "https://insights.example/login/") << "to the letter";
    EXPECT_EQ(config.http->address, "::1");
    EXPECT_EQ(config.http->port, 9464);
    EXPECT_EQ(config.log_level, LogLevel::warning);
    ASSERT_TRUE(config.webhooks);
    EXPECT_EQ(config.webhooks->verify_token.name, "verify_token");
    EXPECT_EQ(config.webhooks->path, "/insights/hook");
    EXPECT_EQ(config.webhooks->listener->port, 9466);
    EXPECT_EQ(config.webhooks->former_secret->name, "/etc/insightd/former.secret");
    EXPECT_EQ(config.webhooks->most_per_second, 500);
    ASSERT_EQ(config.accounts.size(), 2U);
    const auto& first = config.accounts[0];
    EXPECT_EQ(first.user_id, 17841405822304914);
    EXPECT_EQ(first.token, std::nullopt) << "in the vault";
    EXPECT_EQ(first.timezone, "America/Sao_Paulo");
    EXPECT_FALSE(first.collect.at(Collector::stories));
    EXPECT_TRUE(first.collect.at(Collector::media)) << "a map leaves the others alone";
    EXPECT_TRUE(first.metrics.media.at("reposts"));
    EXPECT_TRUE(first.metrics.account.at("website_clicks"));
    EXPECT_EQ(
        first.metrics.tried_media.at("some_new_metric"), (TriedMetric{{"FEED", "REELS"}, false}));
    EXPECT_EQ(first.metrics.tried_account.at("another_one"), (TriedMetric{{}, true}));
    const auto& second = config.accounts[1];
    EXPECT_EQ(second.login, Login::facebook);
    EXPECT_EQ(
        second.token, (SecretReference{SecretReference::Kind::file, "/etc/insightd/shop.token"}));
    EXPECT_EQ(second.user_id, 17841405822304915) << "unquoted ids are exact";
    EXPECT_EQ(second.schedule.media_insights, (std::vector<AgeTier>{{48h, 10min}, {30 * 24h, 6h}}));
    EXPECT_EQ(second.schedule.stories, 10min);
    EXPECT_EQ(first.schedule.polling, Polling::adaptive);
    EXPECT_EQ(second.schedule.polling, Polling::tiers);
    EXPECT_EQ(second.schedule.freshness, 20min);
    EXPECT_EQ(first.settling_margin, 30min);
    EXPECT_EQ(second.settling_margin, 0s) << "exactly the platform's 48 hours";
}

TEST(Loader, TenMistakesAreTenLocatedLines)
{
    const auto text = mistakes_in(fixture("invalid_ten.yaml"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 10) << text;
    for (const auto* line :
         {"f.yaml:17:1: the file has no key `defalts`; did you mean `defaults`?",
          "f.yaml:2:12: `state_dir` must be an absolute path",
          "f.yaml:4:12: `version` must look like v24.0",
          "f.yaml:5:12: `timeout` must be a duration",
          "f.yaml:8:12: `login` cannot be `instagrm`; did you mean `instagram`?",
          "f.yaml:10:12: a literal secret in `token`",
          "f.yaml:11:24: `collect` cannot be `storys`; did you mean `stories`?",
          "f.yaml:12:23: metric `impressions` is not served any more (since 2025-04-21); use "
          "`views`",
          "f.yaml:14:14: `user_id` 17841405822304914 is already used in line 9",
          "f.yaml:16:15: `Mars/Olympus` is no time zone"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, Not(HasSubstr("IGAA"))) << "a secret is never repeated";
}

TEST(Loader, AccountsOverrideTheDefaults)
{
    const auto config = good(
        head +
        "defaults: {login: facebook, timezone: Europe/Berlin, schedule: {profile: 2h}}\n"
        "accounts:\n"
        "  - {name: a, user_id: \"1\", token: {env: A}}\n"
        "  - {name: b, user_id: \"2\", token: {env: A}, timezone: UTC, schedule: {profile: 3h}}\n");
    EXPECT_EQ(config.accounts[0].login, Login::facebook);
    EXPECT_EQ(config.accounts[0].timezone, "Europe/Berlin");
    EXPECT_EQ(config.accounts[0].schedule.profile, 2h);
    EXPECT_EQ(config.accounts[1].timezone, "UTC");
    EXPECT_EQ(config.accounts[1].schedule.profile, 3h);
}

TEST(Loader, SettlingMarginIsShorterThanTheWeekUntilTheRecheck)
{
    EXPECT_EQ(good(head + account).accounts[0].settling_margin, 2h);
    EXPECT_EQ(
        good(head + "defaults: {settling_margin: 5d}\n" + account).accounts[0].settling_margin,
        120h);
    for (const auto* margin : {"6d", "-1h", "00", "soon", "[1h]"})
        EXPECT_THAT(
            mistakes_in(head + "defaults: {settling_margin: " + margin + "}\n" + account),
            HasSubstr("f.yaml:2:29: `settling_margin` must be 0 or a duration up to 5d"))
            << margin;
}

TEST(Loader, ListOfCollectorsIsExact)
{
    const auto config = good(
        head + "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: [profile]}\n");
    EXPECT_TRUE(config.accounts[0].collect.at(Collector::profile));
    EXPECT_FALSE(config.accounts[0].collect.at(Collector::media));
}

TEST(Loader, ConversationsAreOffUnlessAskedFor)
{
    EXPECT_FALSE(good(head + account).accounts[0].collect.at(Collector::conversations));
    const auto of = [](const std::string& value) {
        return good(
                   head +
                   "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: "
                   "{conversations: " +
                   value + "}}\n")
            .accounts[0];
    };
    EXPECT_EQ(of("off").conversations, Conversations{});
    EXPECT_EQ(of("metadata").conversations.mode, ConversationMode::metadata);
    EXPECT_TRUE(of("metadata").collect.at(Collector::conversations));
    EXPECT_TRUE(of("metadata").collect.at(Collector::media)) << "a map leaves the others alone";
    EXPECT_EQ(
        of("{mode: text, urls: on, keep_text: 30d, with: [\"5000000000000071\"]}").conversations,
        (Conversations{ConversationMode::text, true, 30 * 24h, {"5000000000000071"}}));
    EXPECT_EQ(of("text").conversations.keep_text, 90 * 24h);
}

TEST(Loader, AListOfCollectorsHasNoConversations)
{
    const auto config = good(
        head + "defaults: {collect: {conversations: text}}\n" +
        "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: [profile]}\n");
    EXPECT_FALSE(config.accounts[0].collect.at(Collector::conversations));
    EXPECT_EQ(config.accounts[0].conversations.mode, ConversationMode::off);
}

TEST(Loader, SaysWhatIsWrongWithConversations)
{
    const auto with = [](const std::string& value) {
        return mistakes_in(
            head + "defaults: {collect: {conversations: " + value + "}}\n" + account);
    };
    EXPECT_THAT(with("on"), HasSubstr("metadata"));
    EXPECT_THAT(with("{urls: on}"), HasSubstr("lacks `mode`"));
    EXPECT_THAT(with("{mode: metadata, urls: on}"), HasSubstr("`mode: text` only"));
    EXPECT_THAT(with("{mode: text, keep_text: 10m}"), HasSubstr("from 1h to 3650d"));
    EXPECT_THAT(with("{mode: text, with: [jane]}"), HasSubstr("decimal digits"));
    EXPECT_THAT(with("{mode: text, with: []}"), HasSubstr("must be a list"));
}

TEST(Loader, EdgesAreOffUnlessAskedFor)
{
    const auto off = good(head + account).accounts[0];
    for (const auto collector :
         {Collector::publishing_limit, Collector::competitors, Collector::live_media})
        EXPECT_FALSE(off.collect.at(collector));
    const auto on = good(
                        head + "accounts:\n  - {name: a, login: facebook, user_id: \"1\", token: "
                               "{env: A}, collect: {live_media: on, competitors: on}, competitors: "
                               "[Blue.Bottle, rival_2]}\n")
                        .accounts[0];
    EXPECT_TRUE(on.collect.at(Collector::live_media));
    EXPECT_TRUE(on.collect.at(Collector::media)) << "a map leaves the others alone";
    EXPECT_THAT(on.competitors, ElementsAre("blue.bottle", "rival_2"));
    EXPECT_EQ(on.schedule.competitors, 6h);
    const auto listed = good(
        head + "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: "
               "[publishing_limit], schedule: {live_viewers: 30s, publishing_limit: 2h}}\n");
    EXPECT_TRUE(listed.accounts[0].collect.at(Collector::publishing_limit));
    EXPECT_FALSE(listed.accounts[0].collect.at(Collector::profile));
    EXPECT_EQ(listed.accounts[0].schedule.live_viewers, 30s);
}

TEST(Loader, SaysWhatIsWrongWithCompetitors)
{
    const auto with = [](const std::string& login, const std::string& rest) {
        return mistakes_in(
            head + "accounts:\n  - {name: a, login: " + login +
            ", user_id: \"1\", token: {env: A}, collect: {competitors: on}" + rest + "}\n");
    };
    EXPECT_THAT(
        with("instagram", ", competitors: [a]"), HasSubstr("graph.instagram.com does not offer"));
    EXPECT_THAT(with("facebook", ""), HasSubstr("nobody is named"));
    EXPECT_THAT(with("facebook", ", competitors: []"), HasSubstr("nobody is named"));
    EXPECT_THAT(with("facebook", ", competitors: [\"@a\"]"), HasSubstr("without `@`"));
    EXPECT_THAT(with("facebook", ", competitors: [a, A]"), HasSubstr("twice"));
    EXPECT_THAT(with("facebook", ", competitors: a"), HasSubstr("must be a list"));
}

TEST(Loader, WhatOthersShowAndWriteIsOffUnlessAskedFor)
{
    const auto of = [](const std::string& collect, const std::string& more = {}) {
        return good(
                   head + "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: " +
                   collect + more + "}\n")
            .accounts[0];
    };
    for (const auto collector : {Collector::tags, Collector::comments, Collector::mentions})
        EXPECT_FALSE(good(head + account).accounts[0].collect.at(collector));
    EXPECT_EQ(of("{tags: metadata}").tags.mode, ConversationMode::metadata);
    EXPECT_TRUE(of("{tags: metadata}").collect.at(Collector::tags));
    EXPECT_EQ(
        of("{comments: {mode: text, keep_text: 30d}}").comments,
        (PublicEdge{ConversationMode::text, 30 * 24h}));
    EXPECT_EQ(of("{tags: off}").tags, PublicEdge{});
    EXPECT_TRUE(of("{mentions: text}", ", login: facebook").collect.at(Collector::mentions));
    EXPECT_FALSE(
        good(
            head + "defaults: {collect: {tags: text}}\n" +
            "accounts:\n  - {name: a, user_id: \"1\", token: {env: A}, collect: [profile]}\n")
            .accounts[0]
            .collect.at(Collector::tags))
        << "a list is exact";
}

TEST(Loader, SaysWhatIsWrongWithWhatOthersShowAndWrite)
{
    const auto with = [](const std::string& collect) {
        return mistakes_in(head + "defaults: {collect: " + collect + "}\n" + account);
    };
    EXPECT_THAT(with("{comments: on}"), HasSubstr("write `metadata` or `text`"));
    EXPECT_THAT(with("{comments: {keep_text: 1d}}"), HasSubstr("lacks `mode`"));
    EXPECT_THAT(with("{tags: {mode: text, keep_text: 10m}}"), HasSubstr("from 1h to 3650d"));
    EXPECT_THAT(with("{comments: text, media: off}"), HasSubstr("`comments` need `media`"));
    EXPECT_THAT(with("{mentions: text}"), HasSubstr("Facebook Login only"));
}

TEST(Loader, BackfillOfAnAccountRestsOnTheDefaults)
{
    const auto config = good(
        head + "defaults: {backfill: {automatic: off, budget_percent: 30}}\naccounts:\n" +
        "  - {name: a, user_id: \"1\", token: {env: A}, backfill: {calls_per_hour: 7}}\n");
    EXPECT_EQ(config.accounts[0].backfill, (Backfill{false, 7, 30}));
    EXPECT_THAT(
        mistakes_in(head + "defaults: {backfill: {calls_per_hour: none}}\n" + account),
        HasSubstr("`calls_per_hour`"));
}

TEST(Loader, OneUrlStandsForBothHosts)
{
    const auto config = good(head + "api: {graph_url: \"http://127.0.0.1:80/\"}\n" + account);
    EXPECT_EQ(config.api.graph_url, (HostUrls{"http://127.0.0.1:80", "http://127.0.0.1:80"}));
}

TEST(Loader, PlainHttpIsForLoopbackOnly)
{
    EXPECT_THAT(
        mistakes_in(head + "api: {graph_url: \"http://graph.example\"}\n" + account),
        HasSubstr("f.yaml:2:18: `graph_url` must be https:// off loopback"));
}

TEST(Loader, ScaledClockIsRefusedOffLoopback)
{
    const std::string clock =
        "clock: {anchor: \"2026-01-02T08:00:00Z\", start: 1735689600, speed: 60}\n";
    EXPECT_THAT(
        mistakes_in(head + clock + account), HasSubstr("f.yaml:2:8: `clock` is for simulations"));
    EXPECT_THAT(
        mistakes_in(head + "api: {graph_url: \"http://127.0.0.1:1\"}\n" + clock + account),
        HasSubstr("https://www.instagram.com"))
        << "the login host counts as well";
    const auto config = good(
        head + clock + "api: {graph_url: \"http://127.0.0.1:1\", login_url: \"http://[::1]:2\"}\n" +
        account);
    ASSERT_TRUE(config.clock);
    EXPECT_EQ(config.clock->speed, 60);
    EXPECT_EQ(config.clock->start, Instant{1'735'689'600s});
}

TEST(Loader, ClockTakesFractionsAndRefusesWhatNoInstantHolds)
{
    const std::string loopback =
        "api: {graph_url: \"http://127.0.0.1:1\", login_url: \"http://127.0.0.1:1\"}\n";
    const auto config = good(
        head + loopback + "clock: {anchor: 1735689600.5, start: 1735689600, speed: 0.5}\n" +
        account);
    EXPECT_EQ(config.clock->anchor, Instant{1'735'689'600'500ms});
    EXPECT_EQ(config.clock->speed, 0.5);
    EXPECT_THAT(
        mistakes_in(
            head + loopback + "clock: {anchor: \"2026841400000000001\", start: 0, speed: 0}\n" +
            account),
        AllOf(
            HasSubstr("f.yaml:3:17: `anchor` must be an instant"),
            HasSubstr("f.yaml:3:57: `speed` must be a number from 0.001 to 1000000")));
}

TEST(Loader, DuplicateKeysAreMistakes)
{
    EXPECT_THAT(
        mistakes_in(head + "database: embedded\n" + account),
        HasSubstr("f.yaml:2:1: `database` is there twice"));
}

TEST(Loader, MergeKeysAreMistakesBecauseTheyWouldBeIgnored)
{
    EXPECT_THAT(
        mistakes_in(
            head + "accounts:\n  - &x {name: a, user_id: \"1\", token: {env: A}}\n  - {<<: *x, "
                   "name: b, user_id: \"2\", token: {env: A}}\n"),
        HasSubstr("merge keys"));
}

TEST(Loader, IdsAreDecimalDigitsOnly)
{
    for (const auto* id : {"010", "0x10", "-5", "1e3", "1.5", "abc", "99999999999999999999"})
        EXPECT_THAT(
            mistakes_in(head + "accounts:\n  - {name: a, token: {env: A}, user_id: " + id + "}\n"),
            HasSubstr("`user_id`"))
            << id;
}

TEST(Loader, PasswordInTheDatabaseUrlIsALiteralSecret)
{
    for (const auto* url :
         {"postgresql://me:hunter2@db/insights", "host=db password=hunter2",
          "host=db password = hunter2", "postgresql://db/insights?password=hunter2"}) {
        const auto text = mistakes_in("database: \"" + std::string{url} + "\"\n" + account);
        EXPECT_THAT(text, AllOf(HasSubstr("literal secret"), HasSubstr(".pgpass")));
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    }
}

TEST(Loader, SecretInTheWrongPlaceIsNeverRepeated)
{
    const std::string secret = "IGAAhunter2" + std::string(80, 'x');
    for (const auto& text :
         {head + "accounts:\n  - {name: a, user_id: \"1\", token: {" + secret + ": }}\n",
          head + "accounts:\n  - {name: a, user_id: \"1\", token: " + secret + "}\n",
          head + "api: {token_transport: " + secret + "}\n" + account,
          head + "api: {graph_url: \"https://me:" + secret + "@h/\"}\n" + account,
          head + "api: {graph_url: \"https://h/?access_token=" + secret + "\"}\n" + account})
        EXPECT_THAT(mistakes_in(text), AllOf(HasSubstr("f.yaml:"), Not(HasSubstr("hunter2"))));
}

TEST(Loader, IntervalIsNamedByItsKey)
{
    EXPECT_THAT(
        mistakes_in(head + "defaults: {schedule: {stories: 0s}}\n" + account),
        HasSubstr("f.yaml:2:32: `stories` must be a duration"));
}

TEST(Loader, LastReadingOfStoriesIsFromAMinuteTo12Hours)
{
    for (const auto* wrong : {"30s", "13h"})
        EXPECT_THAT(
            mistakes_in(
                head + "defaults: {schedule: {story_last_reading: " + wrong + "}}\n" + account),
            HasSubstr("`story_last_reading` must be from 1m to 12h"));
}

TEST(Loader, SecondDocumentIsAMistakeNotIgnored)
{
    EXPECT_THAT(
        mistakes_in(head + account + "---\ndatabase: other\n"),
        HasSubstr("f.yaml:4:1: a second document"));
    good("# a comment\n%YAML 1.2\n---\n" + head + account);
}

TEST(Loader, BracketsInCommentsAndQuotesNestNothing)
{
    const std::string many(40, '[');
    good(head + "# " + many + "\n" + "state_dir: \"/" + many + "\"\n" + account);
}

TEST(Loader, MetricOfTheOtherSubjectIsToldWhereItBelongs)
{
    EXPECT_THAT(
        mistakes_in(head + "defaults: {metrics: {media: [website_clicks]}}\n" + account),
        HasSubstr("`website_clicks` is a metric of account; move it there"));
}

TEST(Loader, TiersMustGrow)
{
    EXPECT_THAT(
        mistakes_in(
            head +
            "defaults: {schedule: {media_insights: [{until: 7d, every: 1h}, {until: 2d, every: "
            "1h}]}}\n" +
            account),
        HasSubstr("tiers must grow"));
}

TEST(Loader, OneAppServesBothLoginsUnlessInstagramHasItsOwn)
{
    const auto config = good(head + "api: {app: {id: \"7\"}}\n" + account);
    EXPECT_EQ(app_of(config.api, Login::instagram).id, "7");
    EXPECT_EQ(app_of(config.api, Login::facebook).id, "7");
}

TEST(Loader, CodesGoWhereTheLoginIsSentTo)
{
    EXPECT_EQ(good(head + account).api.code_url, "https://api.instagram.com");
    const auto config = good(head + "api: {login_url: \"http://127.0.0.1:1\"}\n" + account);
    EXPECT_EQ(config.api.login_url.instagram, "http://127.0.0.1:1");
    EXPECT_EQ(config.api.code_url, "http://127.0.0.1:1");
}

TEST(Loader, ListensOnAddressesWithPorts)
{
    for (const auto* place : {"9464", "127.0.0.1", "127.0.0.1:70000", ":80", "::1:80", "a:-1"})
        EXPECT_THAT(
            mistakes_in(head + "http: {listen: \"" + place + "\"}\n" + account),
            HasSubstr("f.yaml:2:16: `listen` must be address:port"))
            << place;
}

TEST(Loader, WebhooksNeedASecretAndAPlace)
{
    const auto with = [](const std::string& api, const std::string& webhooks) {
        return head + api + "webhooks: {verify_token: {env: T}" + webhooks + "}\n" + account;
    };
    const std::string app = "api: {app: {secret: {env: S}}}\n";
    const auto usual = good(with(app, ", listen: \"127.0.0.1:1\""));
    EXPECT_EQ(usual.webhooks->path, "/webhooks");
    EXPECT_FALSE(usual.webhooks->certificate);
    EXPECT_FALSE(good(with(app + "http: {listen: \"127.0.0.1:1\"}\n", "")).webhooks->listener);
    EXPECT_THAT(mistakes_in(with(app, "")), HasSubstr("f.yaml:3:11: `webhooks` needs a `listen`"));
    EXPECT_THAT(
        mistakes_in(with("", ", listen: \"127.0.0.1:1\"")), HasSubstr("set api.app.secret"));
    EXPECT_THAT(
        mistakes_in(with(app, ", listen: \"127.0.0.1:1\", path: hooks")),
        HasSubstr("`path` must look like /webhooks"));
    EXPECT_THAT(
        mistakes_in(head + app + "webhooks: {}\n" + account), HasSubstr("lacks `verify_token`"));
}

TEST(Loader, CertificateOfWebhooksIsTwoFilesAndNeedsAListener)
{
    const auto with = [](const std::string& webhooks) {
        return head + "api: {app: {secret: {env: S}}}\nhttp: {listen: \"127.0.0.1:1\"}\n" +
               "webhooks: {verify_token: {env: T}" + webhooks + "}\n" + account;
    };
    const auto file = std::string{INSIGHTD_FIXTURES} + "/config/valid_full.yaml";
    const auto pair = ", certificate: {chain: " + file + ", key: " + file + "}";
    EXPECT_EQ(good(with(", listen: \"127.0.0.1:2\"" + pair)).webhooks->certificate->chain, file);
    EXPECT_THAT(mistakes_in(with(pair)), HasSubstr("`certificate` needs a `listen` of its own"));
    EXPECT_THAT(
        mistakes_in(
            with(", listen: \"127.0.0.1:2\", certificate: {chain: /no/such, key: " + file + "}")),
        HasSubstr("`chain` is no file that can be read: /no/such"));
    const std::string too_long(300, 'x');
    EXPECT_THAT(
        mistakes_in(with(
            ", listen: \"127.0.0.1:2\", certificate: {chain: " + too_long + ", key: " + file +
            "}")),
        HasSubstr("`chain` is no file that can be read: xxx"));
    EXPECT_THAT(
        mistakes_in(with(", listen: \"127.0.0.1:2\", certificate: {chain: " + file + "}")),
        HasSubstr("lacks `key`"));
}

TEST(Loader, OnlyTokensCanBeInTheVault)
{
    EXPECT_THAT(
        mistakes_in(head + "vault: {key: {vault: true}}\n" + account),
        HasSubstr("f.yaml:2:22: only an account's token can be in the vault"));
}

TEST(Loader, TextThatIsNoYamlIsOneLocatedMistake)
{
    EXPECT_THAT(mistakes_in("database: [embedded\n"), HasSubstr("not YAML"));
    EXPECT_THAT(mistakes_in(", speed: 3600}\n" + account), HasSubstr("f.yaml:1:1"));
    EXPECT_THAT(mistakes_in("- a\n- b\n"), HasSubstr("must be a map"));
    EXPECT_THAT(mistakes_in(""), HasSubstr("f.yaml:1:1: the file must be a map"));
    EXPECT_THAT(mistakes_in(std::string(100'000, '[')), HasSubstr("nested too deep"));
}

TEST(Loader, FileThatCannotBeReadSaysHowToGiveIt)
{
    const auto loaded = load("/nonexistent/insightd.yaml", vocabulary);
    ASSERT_TRUE(std::holds_alternative<Mistakes>(loaded));
    EXPECT_THAT(std::get<Mistakes>(loaded).text(), HasSubstr("--config"));
}

/// Every path of properties in the schema, lists as "[]", references followed.
void paths_of(
    const boost::json::value& root, const boost::json::object& node, const std::string& prefix,
    std::vector<std::string>& paths)
{
    if (const auto* reference = node.if_contains("$ref")) {
        const std::string_view pointer = reference->as_string();
        const auto name = pointer.substr(std::string_view{"#/definitions/"}.size());
        paths_of(root, root.at("definitions").at(name).as_object(), prefix, paths);
    }
    if (const auto* kinds = node.if_contains("oneOf"))
        for (const auto& kind : kinds->as_array())
            paths_of(root, kind.as_object(), prefix, paths);
    if (const auto* items = node.if_contains("items"))
        paths_of(root, items->as_object(), prefix + "[]", paths);
    if (const auto* properties = node.if_contains("properties"))
        for (const auto& [key, value] : properties->as_object()) {
            const auto path = prefix + (prefix.empty() ? "" : ".") + std::string{key};
            paths.push_back(path);
            paths_of(root, value.as_object(), path, paths);
        }
}

TEST(Loader, KeepsEveryReadingForEverUnlessToldOtherwise)
{
    EXPECT_EQ(good(head + account).storage.full_resolution, std::nullopt);
    const auto with = [](const std::string& full) {
        return head + "storage: {retention: {full: " + full + "}}\n" + account;
    };
    EXPECT_EQ(good(with("forever")).storage.full_resolution, std::nullopt);
    EXPECT_EQ(good(with("90d")).storage.full_resolution, 90 * 24h);
    EXPECT_THAT(mistakes_in(with("6d")), HasSubstr("`full` must be `forever`, or 7d or more"));
    EXPECT_THAT(mistakes_in(with("90")), HasSubstr("must be a duration"));
    EXPECT_THAT(
        mistakes_in(head + "storage: {retention: {}}\n" + account), HasSubstr("lacks `full`"));
}

TEST(Loader, TakesTheEngineThatIsThereUnlessToldOtherwise)
{
    EXPECT_EQ(good(head + account).storage.engine, Engine::automatic);
    const auto with = [](const std::string& engine) {
        return head + "storage: {engine: " + engine + "}\n" + account;
    };
    EXPECT_EQ(good(with("auto")).storage.engine, Engine::automatic);
    EXPECT_EQ(good(with("postgresql")).storage.engine, Engine::postgresql);
    EXPECT_EQ(good(with("timescaledb")).storage.engine, Engine::timescaledb);
    EXPECT_EQ(good(with("citus")).storage.engine, Engine::citus);
    EXPECT_THAT(mistakes_in(with("timescale")), HasSubstr("did you mean `timescaledb`?"));
}

TEST(Schema, HasEveryKeyThatTheLoaderAcceptsAndNoOther)
{
    std::ifstream file{std::string{INSIGHTD_SOURCE_DIR} + "/config/insightd.schema.json"};
    const auto schema = boost::json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
    std::vector<std::string> in_schema;
    paths_of(schema, schema.as_object(), "", in_schema);
    const auto accepted = accepted_keys();
    for (const auto& key : accepted)
        EXPECT_THAT(in_schema, ::testing::Contains(key));
    for (const auto& path : in_schema) {
        const auto parent = path.substr(0, path.rfind('.'));
        const bool listed = std::ranges::any_of(accepted, [&](const std::string& key) {
            return key.starts_with(parent + ".") &&
                   key.find('.', parent.size() + 1) == std::string::npos;
        });
        if (listed) {
            EXPECT_THAT(accepted, ::testing::Contains(path));
        }
    }
}

} // namespace
} // namespace insightd::config
