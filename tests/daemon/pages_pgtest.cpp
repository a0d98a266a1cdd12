#include "daemon/pages.hpp"

#include "daemon/engine.hpp"
#include "daemon/metrics/table.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/webhooks/inbox.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

// What the daemon says of itself to machines, while all is well and while it is not.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr auto profiles_and_stories = R"(
defaults:
  collect: [profile, stories]
)";

double seconds_of(model::Instant instant)
{
    return std::chrono::duration<double>(instant.time_since_epoch()).count();
}

/// Pages of a simulated daemon. Two accounts log in through Instagram, one through Facebook.
class PagesOf : public Simulation
{
public:
    explicit PagesOf(std::string yaml = profiles_and_stories) : Simulation{start, std::move(yaml)}
    {
    }

    http::Answer page(const std::string& path) const
    {
        const daemon::Pages pages{config, clock, *engine, *tokens, store->writer};
        return pages.answer({path, ""});
    }

    /// Each series with its figure.
    std::map<std::string, double> metrics() const
    {
        std::map<std::string, double> series;
        std::istringstream in{page("/metrics").body};
        for (std::string line; std::getline(in, line);)
            if (const auto space = line.rfind(' '); !line.starts_with('#'))
                series[line.substr(0, space)] = std::stod(line.substr(space + 1));
        return series;
    }

    /// The labels under which a metric is shown.
    std::vector<std::string> labels_of(const std::string& metric) const
    {
        std::vector<std::string> labels;
        for (const auto& [name, value] : metrics())
            if (name.starts_with(metric + "{"))
                labels.push_back(name.substr(metric.size()));
        return labels;
    }

    std::vector<std::string> reasons() const
    {
        const auto said = readiness();
        std::vector<std::string> words;
        for (const auto& reason : said.at("reasons").as_array())
            words.emplace_back(reason.as_string());
        return words;
    }

    boost::json::object readiness() const
    {
        return boost::json::parse(page("/readyz").body).as_object();
    }
};

TEST(Metrics, EachClassOfFailureIsThereBeforeItHappens)
{
    const PagesOf daemon;
    const auto shown = daemon.metrics();
    for (std::size_t place = 0; place < daemon::failure_classes; ++place) {
        const auto name = graph::to_string(static_cast<graph::FailureClass>(place));
        for (const auto* metric : {"insightd_api_failures_total", "insightd_collectors_failing"})
            EXPECT_THAT(shown, Contains(Pair(fmt::format("{}{{class=\"{}\"}}", metric, name), 0)));
    }
    EXPECT_THAT(daemon.labels_of("insightd_api_failures_total"), SizeIs(daemon::failure_classes));
    EXPECT_THAT(daemon.labels_of("insightd_api_failures_total"), Not(Contains(HasSubstr("held"))))
        << "a call that was not made has not failed";
}

TEST(Metrics, PlatformThatFailsIsSeenAndHowLongAlready)
{
    PagesOf daemon;
    daemon.run_until(start + 2h);
    const auto before = daemon.metrics();
    EXPECT_EQ(before.at(R"(insightd_collectors_failing{class="transient"})"), 0);
    EXPECT_GE(
        before.at(R"(insightd_collector_last_success_timestamp_seconds{collector="profile"})"),
        seconds_of(start + 1h));
    EXPECT_THAT(daemon.labels_of("insightd_collector_due_timestamp_seconds"), IsEmpty());

    daemon.faults.errors = 1;
    daemon.run_until(start + 10h);
    const auto failing = daemon.metrics();
    const auto calls =
        failing.at("insightd_api_calls_total") - before.at("insightd_api_calls_total");
    EXPECT_GT(calls, 100);
    EXPECT_EQ(failing.at(R"(insightd_api_failures_total{class="transient"})"), calls);
    EXPECT_EQ(failing.at(R"(insightd_collectors_failing{class="transient"})"), 3 * 2)
        << "two collectors of each account";
    for (const auto* collector : {"profile", "stories"}) {
        const auto due = failing.at(
            fmt::format("insightd_collector_due_timestamp_seconds{{collector=\"{}\"}}", collector));
        EXPECT_GE(due, seconds_of(start + 2h)) << collector;
        EXPECT_LE(due, seconds_of(start + 3h)) << collector;
        EXPECT_LE(
            failing.at(fmt::format(
                "insightd_collector_last_success_timestamp_seconds{{collector=\"{}\"}}",
                collector)),
            seconds_of(start + 2h));
    }

    daemon.faults.errors = 0;
    daemon.run_until(start + 12h);
    const auto after = daemon.metrics();
    EXPECT_EQ(after.at(R"(insightd_collectors_failing{class="transient"})"), 0);
    EXPECT_GE(
        after.at(R"(insightd_collector_last_success_timestamp_seconds{collector="profile"})"),
        seconds_of(start + 10h));
    EXPECT_THAT(daemon.labels_of("insightd_collector_due_timestamp_seconds"), IsEmpty());
}

TEST(Metrics, CallsWithoutAnAnswerFailedToo)
{
    PagesOf daemon;
    daemon.faults.hangs_up = true;
    daemon.run_until(start + 10min);
    const auto shown = daemon.metrics();
    EXPECT_GT(shown.at("insightd_api_calls_total"), 0);
    EXPECT_EQ(
        shown.at(R"(insightd_api_failures_total{class="unreachable"})"),
        shown.at("insightd_api_calls_total"));
}

TEST(Metrics, OneAccountAmongManyThatIsNotReadIsSeen)
{
    PagesOf daemon;
    daemon.run_until(start + 2h);
    daemon.faults.dead_token_of = "tiny_garden";
    daemon.run_until(start + 10h);
    const auto shown = daemon.metrics();
    EXPECT_GE(shown.at(R"(insightd_collectors_failing{class="needs_login"})"), 1);
    EXPECT_LE(
        shown.at(R"(insightd_collector_due_timestamp_seconds{collector="profile"})"),
        seconds_of(start + 3h));
    EXPECT_LE(
        shown.at(R"(insightd_collector_last_success_timestamp_seconds{collector="profile"})"),
        seconds_of(start + 2h));
}

TEST(Metrics, HowLongAReadingWaitsIsKnownThroughARestart)
{
    PagesOf daemon;
    daemon.run_until(start + 2h);
    daemon.faults.errors = 1;
    daemon.run_until(start + 6h);
    daemon.begin();
    daemon.run_until(start + 8h);
    EXPECT_LE(
        daemon.metrics().at(R"(insightd_collector_due_timestamp_seconds{collector="profile"})"),
        seconds_of(start + 4h));
}

TEST(Metrics, WhatIsSwitchedOffNeitherFailsNorWaits)
{
    PagesOf daemon;
    daemon.run_until(start + 2h);
    daemon.faults.errors = 1;
    daemon.run_until(start + 6h);
    for (auto& account : daemon.config.accounts) {
        account.collect[config::Collector::profile] = false;
        daemon.engine->change(account);
    }
    EXPECT_EQ(daemon.metrics().at(R"(insightd_collectors_failing{class="transient"})"), 3)
        << "stories";
    for (const auto* metric :
         {"insightd_collector_due_timestamp_seconds",
          "insightd_collector_last_success_timestamp_seconds"})
        EXPECT_THAT(daemon.labels_of(metric), ElementsAre(R"({collector="stories"})"));
}

TEST(Metrics, WhatAllAccountsOfAnAppShareIsSaidOnce)
{
    PagesOf daemon;
    daemon.faults.limits.app_calls_an_hour = 20'000;
    daemon.faults.limits.others_of_app = 97;
    daemon.run_until(start + 5min);
    for (const auto* metric :
         {"insightd_app_budget_used_ratio", "insightd_app_budget_blocked_until_timestamp_seconds"})
        EXPECT_THAT(
            daemon.labels_of(metric),
            UnorderedElementsAre(R"({app="instagram"})", R"({app="facebook"})"));
    EXPECT_GE(daemon.metrics().at(R"(insightd_app_budget_used_ratio{app="instagram"})"), 0.95);
    EXPECT_EQ(daemon.metrics().at(R"(insightd_budget_shedding_accounts{work="backfill"})"), 3);
    EXPECT_THAT(daemon.labels_of("insightd_budget_shedding_accounts"), SizeIs(budget::work_count));
}

TEST(Metrics, AccountsOfOthersAreToldOfByTheOthers)
{
    PagesOf daemon;
    daemon.run_until(start + 1h);
    daemon.engine->let_go({daemon.config.accounts.front().user_id});
    for (const auto* metric :
         {"insightd_token_up", "insightd_token_renewal_failures", "insightd_budget_used_ratio",
          "insightd_budget_blocked_until_timestamp_seconds", "insightd_budget_calls"}) {
        const auto labels = daemon.labels_of(metric);
        EXPECT_THAT(labels, Contains(HasSubstr(R"(account="tiny_garden")"))) << metric;
        EXPECT_THAT(labels, Not(Contains(HasSubstr(R"(account="metricsaurus")")))) << metric;
    }
}

TEST(Metrics, EveryLineOfTheTableIsShownAndNothingElse)
{
    const PagesOf daemon;
    webhooks::Inbox inbox{daemon.loop.get_executor(), daemon.store->writer};
    const webhooks::Receiver receiver{
        {inbox, config::Secret{"verify me"}, {}, {}, {}, {}, {}, {}}, 1};
    const reload::Record reloads;
    daemon::Pages pages{
        daemon.config, daemon.clock, *daemon.engine, *daemon.tokens, daemon.store->writer};
    pages.show(receiver);
    pages.show(reloads);
    std::vector<std::string> shown;
    std::istringstream in{pages.answer({"/metrics", ""}).body};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("# TYPE "))
            shown.push_back(line.substr(7));
    std::vector<std::string> expected;
    for (const auto& metric : metrics::table)
        expected.push_back(fmt::format("{} {}", metric.name, metrics::to_string(metric.type)));
    EXPECT_THAT(shown, ::testing::UnorderedElementsAreArray(expected));
}

TEST(Readiness, IsThereOnceATokenWasSeenToWork)
{
    PagesOf daemon;
    EXPECT_EQ(daemon.page("/readyz").status, 503);
    EXPECT_THAT(daemon.reasons(), ElementsAre("no account's token was looked at yet"));
    daemon.run_until(start + 1min);
    EXPECT_EQ(daemon.page("/readyz").status, 200);
    EXPECT_THAT(daemon.reasons(), IsEmpty());
    EXPECT_EQ(daemon.readiness().at("spool"), "ok");
}

TEST(Readiness, SaysThatNoTokenWorks)
{
    PagesOf daemon;
    for (auto& account : daemon.config.accounts)
        account.token = config::SecretReference{config::SecretReference::Kind::env, "NOT_SET"};
    daemon.begin();
    daemon.run_until(start + 1min);
    EXPECT_EQ(daemon.page("/readyz").status, 503);
    EXPECT_THAT(
        daemon.reasons(), ElementsAre("no account has a token that works: 3 of 3 were looked at"));
    EXPECT_THAT(daemon.readiness().at("tokens").as_array(), SizeIs(3)) << "with what mends each";
}

TEST(Readiness, SaysThatTheDatabaseTakesNoRows)
{
    PagesOf daemon;
    daemon.run_until(start + 1h);
    daemon.database_away();
    daemon.run_until(start + 2h);
    EXPECT_EQ(daemon.page("/readyz").status, 503);
    EXPECT_THAT(
        daemon.reasons(),
        ElementsAre(AllOf(HasSubstr("the database takes no rows"), HasSubstr("spooling"))));
    daemon.database_back();
    EXPECT_THAT(daemon.reasons(), IsEmpty());
}

TEST(Readiness, TellsOfASpoolThatCannotBeUsedWhileTheDatabaseIsThere)
{
    PagesOf daemon;
    daemon.store->writer.stop();
    const auto folder = daemon.config.state_dir / "spool";
    std::filesystem::remove_all(folder);
    std::ofstream{folder} << "a file where the folder should be";
    daemon.begin();
    daemon.run_until(start + 1h);
    EXPECT_EQ(daemon.page("/readyz").status, 200) << "rows go to the database";
    EXPECT_EQ(daemon.readiness().at("spool"), "unusable: its file cannot be written");
    EXPECT_THAT(daemon.metrics(), Contains(Pair("insightd_spool_usable", 0)));
}

} // namespace
} // namespace insightd
