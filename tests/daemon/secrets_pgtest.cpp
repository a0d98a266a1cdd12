#include "tests/daemon/logins.hpp"

#include <fstream>

// No secret is where anyone could read it: planted tokens are looked for in everything that was
// written while everything went wrong.
namespace insightd
{
namespace
{

using insightd::testing::Logins;
using insightd::testing::page;
using insightd::testing::Process;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::text_of;
using ::testing::HasSubstr;
using ::testing::Not;

/// What tokens, codes and app secrets of the sandbox have in common.
const std::vector<std::string> markers{
    "sandbox-token", "sandboxtoken", "sandboxcode", "sandbox-app-secret"};

void expect_clean(const std::string& text, const std::string& where)
{
    for (const auto& marker : markers)
        EXPECT_EQ(text.find(marker), std::string::npos)
            << marker << " in " << where << ": "
            << text.substr(std::max<std::size_t>(text.find(marker), 60) - 60, 160);
}

/// The command line, the environment aside, and the limits of a running process.
std::string proc(const Process& process, const std::string& file)
{
    return text_of("/proc/" + std::to_string(process.id()) + "/" + file);
}

/// Everything in every table, as a dump would have it, the sealed boxes among it.
std::string dump(const std::string& database)
{
    std::string all;
    for (const auto& table : query(
             database, "SELECT format('%I.%I', table_schema, table_name) FROM "
                       "information_schema.tables WHERE table_schema IN ('store', 'insightd', "
                       "'insights') AND table_name NOT LIKE 'media_sample_%'"))
        for (const auto& row : query(database, "SELECT t::text FROM " + *table[0] + " t"))
            all += row[0].value_or("") + "\n";
    return all;
}

/// Until it succeeds: a code is good for one try, and every fifth call fails.
std::string log_in(const Logins& logins, const std::string& account)
{
    std::string said;
    for (int code = -1; code != 0;) {
        auto login = logins.begin(account);
        Logins::open(Logins::url_in(login.output()));
        said += login.finish();
        code = login.exit_code;
    }
    return said;
}

TEST(Secrets, AreNowhereAfterEverythingWentWrong)
{
    // Every fifth call and renewal fails, one account is revoked, the log is at its most talkative.
    const Logins logins{
        {"--errors", "0.2", "--refresh-errors", "0.5", "--revoke", "bakery_berlin:460@SIGUSR1"},
        "3600"};
    logins.edit("accounts:", "http: {listen: \"127.0.0.1:0\"}\naccounts:");
    std::string said;
    for (const auto* account : {"metricsaurus", "bakery_berlin"})
        said += log_in(logins, account);
    said += logins.run({"token", "add", "tiny_garden"}, logins.fixed_token("tiny_garden")).output();
    said += logins.run({"token", "add", "metricsaurus"}, "IGAAsandboxtokenwrong\n").output();
    said += logins.paste("metricsaurus", "https://h/?code=sandboxcodewrong&state=x").output();

    auto daemon = logins.sandbox.insightd({"run", "--debug"});
    ASSERT_TRUE(daemon.wait_for("<7>call ")) << daemon.output();
    logins.sandbox.revoke();
    ASSERT_TRUE(daemon.wait_for("token_dead")) << daemon.output();
    expect_clean(proc(daemon, "cmdline"), "the process list");
    EXPECT_THAT(
        proc(daemon, "limits"), ::testing::ContainsRegex("Max core file size +0 +0 +bytes"));
    const auto metrics = page(daemon.output(), "/metrics");
    EXPECT_THAT(metrics, HasSubstr("insightd_token_up{account=\"bakery_berlin\"} 0"));
    EXPECT_THAT(
        metrics, HasSubstr("insightd_token_expiry_timestamp_seconds{account=\"metricsaurus\"}"));
    const auto readiness = page(daemon.output(), "/readyz");
    EXPECT_THAT(readiness, HasSubstr("\"mend\":\"insightd login bakery_berlin\""));
    EXPECT_THAT(readiness, HasSubstr("the password was changed"));
    const auto status =
        page(daemon.output(), "/") + page(daemon.output(), "/account/bakery_berlin");
    EXPECT_THAT(status, HasSubstr("<code>insightd login bakery_berlin</code>"));
    expect_clean(metrics + readiness + status + page(daemon.output(), "/nothing"), "the pages");
    daemon.end(SIGTERM);

    for (const auto& words : std::vector<std::vector<std::string>>{
             {"token", "list"},
             {"token", "rotate-key"},
             {"token", "refresh", "bakery_berlin"},
             {"status"},
             {"check", "--online"},
             {"collect"}})
        said += logins.run(words).output();
    expect_clean(said, "what the commands said");
    expect_clean(daemon.output(), "the log");
    EXPECT_THAT(daemon.output(), HasSubstr("access_token=***")) << "calls were logged";
    const auto rows = dump(logins.database);
    EXPECT_THAT(rows, HasSubstr("metricsaurus"));
    expect_clean(rows, "the database");
    EXPECT_EQ(
        query1(
            logins.database, "SELECT count(*) FROM insightd.token WHERE position('sandbox'::bytea "
                             "in box) > 0"),
        "0");
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator{logins.sandbox.folder.path() / "state"})
        if (entry.is_regular_file())
            expect_clean(text_of(entry.path()), entry.path());
}

} // namespace
} // namespace insightd
