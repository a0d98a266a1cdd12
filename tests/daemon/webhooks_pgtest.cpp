#include "collectors/graph/hmac.hpp"
#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "tests/daemon/process.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/sandbox/pushes.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>

// Webhooks into the program itself, and what is left of them after kill -9.
namespace insightd
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::fresh_database;
using insightd::testing::Process;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto secret = "sandbox-app-secret-facebook";

std::string text_of(const std::string& file)
{
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The sandbox, and a configuration that takes webhooks beside its pages.
class Webhooks : public ::testing::Test
{
protected:
    Webhooks() : database{fresh_database()}, sandbox{database, {}, "60"}
    {
        const auto folder = sandbox.folder.path();
        std::ofstream{folder / "app.secret"} << secret << "\n";
        std::ofstream{folder / "verify.token"} << "verify me\n";
        edit(
            "api:\n", fmt::format(
                          "http: {{listen: \"127.0.0.1:0\"}}\nwebhooks: {{verify_token: {{file: "
                          "{0}/verify.token}}}}\napi:\n  app: {{id: \"1045000000000001\", secret: "
                          "{{file: {0}/app.secret}}}}\n",
                          folder.string()));
    }

    void edit(const std::string& words, const std::string& by) const
    {
        auto text = text_of(sandbox.config_file());
        text.replace(text.find(words), words.size(), by);
        std::ofstream{sandbox.config_file()} << text;
    }

    Process run() const
    {
        auto daemon = sandbox.insightd({"run"});
        EXPECT_TRUE(daemon.wait_for("pages address=127.0.0.1 port="));
        EXPECT_TRUE(daemon.wait_for("\n"));
        return daemon;
    }

    /// The whole answer to a request on a connection of its own.
    static std::string ask(const Process& daemon, const std::string& request)
    {
        static const std::regex port{"pages address=127.0.0.1 port=([0-9]+)"};
        std::smatch found;
        if (!std::regex_search(daemon.output(), found, port))
            return "no pages";
        boost::asio::io_context loop;
        boost::asio::ip::tcp::socket socket{loop};
        socket.connect(
            {boost::asio::ip::make_address("127.0.0.1"),
             static_cast<std::uint16_t>(std::stoi(found[1]))});
        boost::asio::write(socket, boost::asio::buffer(request));
        std::string answer;
        boost::system::error_code end;
        boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
        return answer;
    }

    static std::string get(const Process& daemon, const std::string& target)
    {
        return ask(
            daemon, "GET " + target + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    }

    static std::string post(const Process& daemon, const std::string& body)
    {
        return ask(
            daemon,
            fmt::format(
                "POST /webhooks HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: "
                "{}\r\nX-Hub-Signature-256: sha256={}\r\n\r\n{}",
                body.size(), graph::hmac_sha256(config::Secret{secret}, body), body));
    }

    static std::string story(std::int64_t media)
    {
        return fmt::format(
            R"({{"object":"instagram","entry":[{{"id":"{}","time":1772366400,)"
            R"("changes":[{{"field":"story_insights","value":{{"media_id":"{}","reach":44}}}}]}}]}})",
            sandbox::three_accounts().front().user_id, media);
    }

    std::string pushes(std::int64_t media) const
    {
        return query1(
                   database, fmt::format(
                                 "SELECT count(*) || ' of ' || (SELECT count(*) FROM "
                                 "store.media_sample WHERE media_id = {0}) FROM store.story_push "
                                 "WHERE media_id = {0}",
                                 media))
            .value();
    }

    std::string database;
    SandboxProcess sandbox;
};

TEST_F(Webhooks, AreTakenWhereThePagesAre)
{
    auto daemon = run();
    EXPECT_THAT(
        get(daemon, "/webhooks?hub.mode=subscribe&hub.challenge=42&hub.verify_token=verify%20me"),
        ::testing::EndsWith("\r\n\r\n42"));
    EXPECT_THAT(get(daemon, "/webhooks"), HasSubstr("HTTP/1.1 403"));
    EXPECT_THAT(get(daemon, "/healthz"), HasSubstr("alive"));
    ASSERT_TRUE(daemon.wait_for("collector=media ")) << daemon.output();
    EXPECT_THAT(post(daemon, story(77)), HasSubstr("HTTP/1.1 200"));
    EXPECT_EQ(pushes(77), "1 of 1");
    EXPECT_THAT(
        get(daemon, "/metrics"),
        HasSubstr("insightd_webhook_deliveries_total{outcome=\"kept\"} 1\n"));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

TEST_F(Webhooks, AcknowledgedWithoutTheDatabaseAreThereAfterKill9AndOnce)
{
    {
        auto daemon = run();
        ASSERT_TRUE(daemon.wait_for("collector=media "));
        allow_connections(database, false);
        EXPECT_THAT(post(daemon, story(78)), HasSubstr("HTTP/1.1 200"));
        EXPECT_THAT(post(daemon, story(78)), HasSubstr("HTTP/1.1 200")) << "it came again";
        daemon.end(SIGKILL);
    }
    allow_connections(database, true);
    auto daemon = run();
    ASSERT_TRUE(daemon.wait_for("spool_drained"));
    EXPECT_EQ(pushes(78), "1 of 1");
    EXPECT_THAT(post(daemon, story(78)), HasSubstr("HTTP/1.1 200"));
    EXPECT_EQ(pushes(78), "1 of 1");
}

TEST_F(Webhooks, WithoutAnyDatabaseAndAnyDiskAreNotAcknowledged)
{
    std::ofstream{sandbox.folder.path() / "state"} << "no folder";
    edit(database, "host=/nonexistent dbname=insights");
    auto daemon = run();
    EXPECT_THAT(post(daemon, story(79)), HasSubstr("HTTP/1.1 503"));
}

/// The whole of insightd on a stepped clock, told of each story when it has ended.
TEST(PushedStories, EndWithTheNumbersOfTheirEnd)
{
    const auto start = testing::at("2026-03-01T12:00:00Z");
    testing::Simulation simulation{
        start,
        "defaults: {collect: {profile: off, media: off, media_insights: off, account_insights: "
        "off}}\n",
        {sandbox::three_accounts().at(1)}};
    webhooks::Inbox inbox{simulation.loop.get_executor(), simulation.store->writer};
    std::set<model::AccountId> accounts;
    for (const auto& account : simulation.config.accounts)
        accounts.insert(account.user_id);
    webhooks::Receiver receiver{
        {inbox,
         config::Secret{"verify"},
         {config::Secret{secret}},
         accounts,
         [&] { return simulation.clock.now(); },
         [] { return 1h; },
         [&](const auto& pushes) { simulation.engine->note_pushes(pushes); },
         [](const webhooks::NotTaken& delivery) { ADD_FAILURE() << delivery.reason; }},
        1000};
    std::vector<sandbox::Media> told;
    for (auto hour = start; hour < start + 60h; hour += 1h) {
        simulation.run_until(hour + 1h);
        for (const auto& story : sandbox::stories_ended(simulation.world, hour, hour + 1h)) {
            http::Question question;
            question.method = http::Method::post;
            question.body = sandbox::story_push(simulation.world, story);
            question.headers = {
                {"x-hub-signature-256", sandbox::signature_of(question.body, secret)}};
            EXPECT_EQ(
                testing::run(simulation.loop, receiver.answer(std::move(question))).status, 200);
            told.push_back(story);
        }
    }
    ASSERT_GT(told.size(), 5U);
    std::size_t numbers = 0;
    for (const auto& story : told) {
        const auto end = story.published_at + 24h;
        const auto row = simulation.rows(fmt::format(
            "SELECT state, reach, views, exits, last_reading_at >= expires_at "
            "FROM insights.story_summary WHERE media_id = '{}'",
            story.id));
        ASSERT_EQ(row.size(), 1U) << story.id;
        if (simulation.world.too_few_viewers(story, end))
            continue;
        const auto count = [&](std::string_view metric) {
            return std::to_string(
                std::get<std::int64_t>(simulation.world.media_metric(story, metric, end)));
        };
        EXPECT_EQ(row[0][0], "webhook");
        EXPECT_EQ(row[0][1], count("reach"));
        EXPECT_EQ(row[0][2], count("views"));
        EXPECT_EQ(row[0][4], "t");
        ++numbers;
    }
    EXPECT_GT(numbers, 4U);
    EXPECT_EQ(
        simulation.engine->story_counts().closed.at(
            static_cast<std::size_t>(model::StoryState::missed)),
        0);
}

} // namespace
} // namespace insightd
