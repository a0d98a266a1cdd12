#include "daemon/init/interview.hpp"
#include "daemon/init/yaml_text.hpp"

#include "config/loader.hpp"

#include <gmock/gmock.h>

#include <deque>

namespace insightd::init
{
namespace
{

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A person who types these lines, and then leaves.
struct Person {
    std::deque<std::string> lines;
    std::vector<std::string> prompts, said;

    Means means()
    {
        Means means;
        means.surroundings.file = "/nonexistent/insightd.yaml";
        means.surroundings.home = "/tmp";
        means.surroundings.timezone = "Europe/Berlin";
        means.say = [this](const std::string& line) { said.push_back(line); };
        means.ask = [this](const std::string& prompt) { return next(prompt); };
        means.ask_hidden = [this](const std::string& what) {
            return config::Secret{next(what).value_or("")};
        };
        return means;
    }

    std::optional<std::string> next(const std::string& prompt)
    {
        prompts.push_back(prompt);
        if (lines.empty())
            return std::nullopt;
        auto line = lines.front();
        lines.pop_front();
        return line;
    }
};

/// Nobody: options and presets.
Means alone(std::map<std::string, std::string, std::less<>> given)
{
    Means means;
    means.surroundings.file = "/nonexistent/insightd.yaml";
    means.surroundings.home = "/tmp";
    means.given = std::move(given);
    means.say = [](const std::string&) {};
    return means;
}

config::Config config_of(const Answers& answers, const Surroundings& surroundings)
{
    return std::get<config::Config>(
        config::parse(yaml_of(answers, surroundings), "insightd.yaml", {}));
}

std::string refusal_of(const Means& means)
{
    try {
        interview(means);
    } catch (const Refused& refused) {
        return refused.what();
    }
    return "it was taken";
}

TEST(Interview, EnterTakesThePresets)
{
    Person person{{"", "", "", "", "", "", "17841400000000000", "", "", "", ""}, {}, {}};
    const auto means = person.means();
    const auto config = config_of(interview(means), means.surroundings);
    EXPECT_TRUE(config.embedded_database);
    EXPECT_EQ(config.state_dir, "/tmp/.local/state/insightd");
    EXPECT_EQ(config.http->port, 9464);
    const auto& account = config.accounts.at(0);
    EXPECT_EQ(account.name, "shop");
    EXPECT_EQ(account.user_id, 17841400000000000);
    EXPECT_EQ(account.timezone, "Europe/Berlin");
    EXPECT_FALSE(account.token) << "in the vault";
    EXPECT_TRUE(account.collect.at(config::Collector::stories));
}

TEST(Interview, WrongAnswersAreAskedAgainWithWhatIsWrong)
{
    Person person{
        {"insights", "", "relative", "", "instagrm", "instagram", "", "", "", "abc", "1784", "a b",
         "shop", "Mars", "UTC", "profil", "profile", "99999", "off"},
        {},
        {}};
    const auto means = person.means();
    const auto config = config_of(interview(means), means.surroundings);
    for (const auto* words :
         {"`database` must be `embedded` or", "absolute path", "did you mean `instagram`?",
          "`user_id` must be a number", "`name` may hold", "`Mars` is no time zone",
          "did you mean `profile`?", "`listen`"})
        EXPECT_THAT(person.said, Contains(AllOf(HasSubstr("FAIL"), HasSubstr(words)))) << words;
    EXPECT_FALSE(config.http);
    EXPECT_EQ(config.accounts.at(0).name, "shop");
}

TEST(Interview, WhatTheTokenTellsIsThePreset)
{
    Person person{{"", "", "", "", "", "token-of-bakery", "", "", "", "", ""}, {}, {}};
    auto means = person.means();
    means.probes["token-value"] = [](Answers& answers) {
        answers.owner = {17841400000000001, "bakery"};
        return Verdict{Verdict::Kind::fine, "it is bakery's"};
    };
    const auto answers = interview(means);
    EXPECT_EQ(answers.text("user-id"), "17841400000000001");
    EXPECT_EQ(answers.text("name"), "bakery");
    EXPECT_EQ(answers.token.reveal(), "token-of-bakery");
    EXPECT_THAT(person.prompts, Contains("Account id [17841400000000001]: "));
}

TEST(Interview, TokenThatIsRefusedIsAskedAgainAndMayBeLeftForLater)
{
    Person person{{"", "", "", "", "", "dead", "", "1784", "", "", "", ""}, {}, {}};
    auto means = person.means();
    means.probes["token-value"] = [](Answers&) {
        return Verdict{Verdict::Kind::wrong, "it is dead"};
    };
    EXPECT_TRUE(interview(means).token.empty());
    EXPECT_THAT(person.said, Contains(HasSubstr("it is dead")));
    EXPECT_THAT(person.said, Each(Not(HasSubstr("dead-token"))));
}

TEST(Interview, AnotherAccountThanTheTokensIsRefused)
{
    auto means = alone({{"user-id", "1785"}});
    means.given_token = config::Secret{"token"};
    means.probes["token-value"] = [](Answers& answers) {
        answers.owner = {1784, "bakery"};
        return Verdict{};
    };
    EXPECT_EQ(refusal_of(means), "--user-id: the token is of bakery (user_id 1784)");
}

TEST(Interview, DoubtfulAnswerIsTakenIfItIsGivenTwice)
{
    Person person{{"postgresql:///away", "", "", "", "", "", "", "1784", "", "", "", ""}, {}, {}};
    auto means = person.means();
    const auto away = [](Answers&) { return Verdict{Verdict::Kind::doubtful, "it is away"}; };
    means.probes["database"] = away;
    EXPECT_EQ(interview(means).text("database"), "postgresql:///away");
    EXPECT_THAT(person.prompts, Contains("PostgreSQL [postgresql:///away]: "));
    auto unattended = alone({{"database", "postgresql:///away"}, {"user-id", "1784"}});
    unattended.probes["database"] = away;
    EXPECT_EQ(refusal_of(unattended), "--database: it is away");
}

TEST(Interview, WithoutAPersonWrongAndMissingAnswersNameTheirOption)
{
    EXPECT_THAT(refusal_of(alone({})), HasSubstr("--user-id: is needed"));
    EXPECT_THAT(
        refusal_of(alone({{"user-id", "1784"}, {"name", "a b"}})), HasSubstr("--name: `name` may"));
    EXPECT_THAT(
        refusal_of(alone({{"user-id", "1784"}, {"app-secret", "env:A"}})),
        HasSubstr("--app-secret does not belong"));
    EXPECT_THAT(
        refusal_of(alone({{"user-id", "1784"}, {"token", "EAAsecret"}})),
        AllOf(HasSubstr("--token: a token can be in the vault"), Not(HasSubstr("EAAsecret"))));
    EXPECT_THAT(
        refusal_of(alone({{"user-id", "1784"}, {"database", "postgresql://a:b@c/d"}})),
        HasSubstr("a literal secret in `database`"));
}

TEST(Interview, FacebookIsAskedForItsAccountBeforeTheToken)
{
    const auto means = alone(
        {{"login", "facebook"},
         {"user-id", "1784"},
         {"app-id", "104"},
         {"app-secret", "file:/run/secret"},
         {"token", "env:TOKEN"},
         {"listen", "8080"},
         {"database", "host=db dbname='my insights'"}});
    const auto config = config_of(interview(means), means.surroundings);
    EXPECT_EQ(config.database_url, "host=db dbname='my insights'");
    EXPECT_EQ(config.http->address, "127.0.0.1");
    EXPECT_EQ(config.http->port, 8080);
    EXPECT_EQ(config.api.app.id, "104");
    EXPECT_EQ(config.api.app.secret->name, "/run/secret");
    EXPECT_EQ(config.accounts.at(0).login, config::Login::facebook);
    EXPECT_EQ(config.accounts.at(0).token->name, "TOKEN");
}

TEST(Interview, WhoLeavesLeavesNothing)
{
    Person person{{"", "", ""}, {}, {}};
    EXPECT_THROW(interview(person.means()), Abandoned);
}

TEST(Interview, WhatIsTypedStaysOneValue)
{
    Answers answers;
    answers.texts = {{"database", "postgresql:///a\"b\\c #d: [e]\ttab"}, {"collect", "profile"}};
    const auto config = config_of(answers, {});
    EXPECT_EQ(config.database_url, "postgresql:///a\"b\\c #d: [e]\ttab");
    answers.texts["collect"] = "profile, ], x: {";
    EXPECT_THAT(mistake_in(answers, {}), HasSubstr("`collect`"));
    answers.texts["collect"] = "yes";
    EXPECT_THAT(mistake_in(answers, {}), HasSubstr("`collect`"));
}

} // namespace
} // namespace insightd::init
