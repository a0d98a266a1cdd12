#include "tests/daemon/logins.hpp"

// Logins from end to end: the program, the sandbox, and a browser between them.
namespace insightd
{
namespace
{

using insightd::testing::Logins;
using insightd::testing::Process;
using insightd::testing::query;
using insightd::testing::query1;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Login, OfInstagramEndsInASealedTokenThatCollects)
{
    for (const auto& options : {std::vector<std::string>{}, {"--flat-answers"}}) {
        const Logins logins{options};
        auto login = logins.begin("metricsaurus");
        const auto url = Logins::url_in(login.output());
        EXPECT_THAT(url, HasSubstr("scope=instagram_business_basic,"));
        EXPECT_THAT(Logins::open(url), HasSubstr("Thank you"));
        EXPECT_THAT(login.finish(), HasSubstr("ok    metricsaurus: @metricsaurus is logged in"));
        EXPECT_EQ(login.exit_code, 0) << login.output();
        EXPECT_EQ(logins.status("metricsaurus", "kind"), "instagram_user");
        EXPECT_EQ(
            logins.status(
                "metricsaurus", "round(extract(epoch FROM expires_at - issued_at) / 86400)"),
            "60");
        const auto collect = logins.run({"collect", "metricsaurus"});
        EXPECT_EQ(collect.exit_code, 0) << collect.output();
        EXPECT_EQ(logins.status("metricsaurus", "state"), "ok");
    }
}

TEST(Login, OfFacebookEndsInThePagesTokenThatCollects)
{
    const Logins logins;
    auto login = logins.begin("bakery_berlin");
    EXPECT_THAT(Logins::open(Logins::url_in(login.output())), HasSubstr("Thank you"));
    EXPECT_THAT(login.finish(), HasSubstr("it does not expire by itself"));
    EXPECT_EQ(login.exit_code, 0) << login.output();
    EXPECT_EQ(logins.status("bakery_berlin", "kind"), "page");
    EXPECT_EQ(
        logins.status("bakery_berlin", "data_access_expires_at > issued_at + interval '89 days'"),
        "t");
    EXPECT_THAT(
        logins.run({"check", "--online"}).output(),
        HasSubstr("ok    account bakery_berlin: @bakery_berlin"));
}

const std::vector<std::string> behind_a_proxy{"--redirect-uri", Logins::elsewhere};

TEST(Login, TakesThePastedAddressOrTheCodeAlone)
{
    const Logins logins{behind_a_proxy};
    const auto nothing = logins.paste("metricsaurus", "");
    EXPECT_THAT(nothing.output(), HasSubstr("there is no code in it"));
    EXPECT_EQ(nothing.exit_code, 77);
    const auto address = logins.address_after("metricsaurus");
    EXPECT_THAT(address, HasSubstr("#_"));
    const auto login = logins.paste("metricsaurus", Logins::code_in(address) + "#_");
    EXPECT_EQ(login.exit_code, 0) << login.output();
    const auto again = logins.paste("metricsaurus", Logins::code_in(address));
    EXPECT_THAT(again.output(), HasSubstr("already used")) << "a code is good once";
    EXPECT_EQ(again.exit_code, 77);
}

TEST(Login, RefusesTheAddressOfAnotherLogin)
{
    const Logins logins{behind_a_proxy};
    const auto other = logins.paste("metricsaurus", logins.address_after("metricsaurus"));
    EXPECT_THAT(other.output(), HasSubstr("does not belong to this login"));
    EXPECT_EQ(other.exit_code, 77);
}

TEST(Login, ThatIsCancelledEndsWithItsReasonAndAFriendlyPage)
{
    const Logins logins{{"--cancel-login"}};
    auto login = logins.begin("metricsaurus");
    const auto page = Logins::open(Logins::url_in(login.output()));
    EXPECT_THAT(page, HasSubstr("The login was not completed"));
    EXPECT_THAT(page, HasSubstr("The user denied your request"));
    EXPECT_THAT(login.finish(), HasSubstr("The user denied your request (user_denied)"));
    EXPECT_EQ(login.exit_code, 77);
    EXPECT_EQ(logins.status("metricsaurus", "kind"), "NULL");
}

TEST(Login, ThatIsCancelledWithoutItsStateEndsAsWell)
{
    const Logins logins;
    auto login = logins.begin("metricsaurus");
    const auto output = login.output();
    std::smatch port;
    ASSERT_TRUE(std::regex_search(output, port, std::regex{R"(port (\d+))"}));
    Logins::open(
        "http://127.0.0.1:" + port[1].str() +
        "/?error=access_denied&error_reason=user_denied&error_description=The+user+denied");
    EXPECT_THAT(login.finish(), HasSubstr("The user denied (user_denied)"));
    EXPECT_EQ(login.exit_code, 77);
}

TEST(Login, TurnsAForgedAnswerAwayAndWaitsForItsOwn)
{
    const Logins logins;
    auto login = logins.begin("metricsaurus");
    const auto output = login.output();
    std::smatch port;
    ASSERT_TRUE(std::regex_search(output, port, std::regex{R"(port (\d+))"}));
    const auto here = "http://127.0.0.1:" + port[1].str() + "/";
    EXPECT_THAT(
        Logins::open(here + "?code=stolen&state=00000000000000000000000000000000"),
        HasSubstr("Not this login"));
    EXPECT_THAT(Logins::open(here + "favicon.ico"), HasSubstr("404 "));
    EXPECT_THAT(Logins::open(Logins::url_in(output)), HasSubstr("Thank you"));
    login.finish();
    EXPECT_EQ(login.exit_code, 0) << login.output();
}

TEST(Login, OfAnotherAccountIsRefusedAndStoresNothing)
{
    for (const auto& [account, other] :
         {std::pair{"tiny_garden", "metricsaurus"}, std::pair{"metricsaurus", "tiny_garden"}}) {
        const Logins logins{{"--logs-in", other}};
        auto login = logins.begin(account);
        Logins::open(Logins::url_in(login.output()));
        EXPECT_THAT(login.finish(), HasSubstr("@" + std::string{other} + " (user_id"));
        EXPECT_EQ(login.exit_code, 77) << login.output();
        EXPECT_EQ(logins.status(account, "kind"), "NULL");
    }
}

TEST(Login, WithoutAPermissionNamesItAndWhatNeedsIt)
{
    const Logins logins{
        {"--withhold", "instagram_business_manage_insights", "--withhold",
         "instagram_manage_insights"}};
    for (const auto* account : {"metricsaurus", "bakery_berlin"}) {
        auto login = logins.begin(account);
        Logins::open(Logins::url_in(login.output()));
        const auto text = login.finish();
        EXPECT_THAT(text, HasSubstr("manage_insights (needed for media_insights, stories"));
        EXPECT_THAT(text, HasSubstr("switch these collectors off"));
        EXPECT_EQ(login.exit_code, 77);
        EXPECT_EQ(logins.status(account, "kind"), "NULL");
    }
}

TEST(Login, WithAnExpiredCodeSaysSo)
{
    const Logins logins{behind_a_proxy, "1000000"}; // an hour is over before anyone can paste
    const auto login =
        logins.paste("metricsaurus", Logins::code_in(logins.address_after("metricsaurus")));
    EXPECT_THAT(login.output(), HasSubstr("Matching code was not found or was already used"));
    EXPECT_EQ(logins.status("metricsaurus", "kind"), "NULL");
}

TEST(Login, NeedsTheVaultInTheConfigurationAndAnApp)
{
    const Logins logins;
    logins.edit("  instagram_app: .*\n", "");
    logins.edit("  app: .*\n", "");
    const auto without_app = logins.paste("metricsaurus", "code");
    EXPECT_THAT(without_app.output(), HasSubstr("set api.app.id and api.app.secret"));
    logins.edit(R"(\{vault: true\})", "{env: NOWHERE}");
    const auto without_vault = logins.paste("metricsaurus", "code");
    EXPECT_THAT(without_vault.output(), HasSubstr("write `token: {vault: true}`"));
    EXPECT_EQ(without_vault.exit_code, 78);
}

TEST(Discover, PrintsYamlForEveryPageWithAnAccount)
{
    const Logins logins;
    auto discover = logins.sandbox.insightd({"accounts", "discover"});
    ASSERT_TRUE(discover.wait_for("Waiting on"));
    Logins::open(Logins::url_in(discover.output()));
    const auto text = discover.finish();
    EXPECT_EQ(discover.exit_code, 0) << text;
    EXPECT_THAT(text, HasSubstr("accounts:\n"));
    EXPECT_THAT(
        text, HasSubstr("  - name: bakery_berlin\n    login: facebook\n    user_id: \"1784"));
    EXPECT_THAT(text, HasSubstr("has no Instagram account"));
    EXPECT_EQ(logins.status("bakery_berlin", "kind"), "page");
}

TEST(TokenCommands, AddListAndForget)
{
    const Logins logins;
    const auto token = logins.fixed_token("metricsaurus");
    EXPECT_EQ(logins.run({"token", "add", "metricsaurus"}).exit_code, 64) << "nothing came in";
    EXPECT_EQ(logins.run({"token", "add", "metricsaurus"}, "IGAAwrong\n").exit_code, 77);
    EXPECT_EQ(logins.run({"token", "add", "tiny_garden"}, token).exit_code, 77) << "another's";
    EXPECT_EQ(logins.run({"token", "add", "metricsaurus"}, token).exit_code, 0);
    const auto list = logins.run({"token", "list"}).output();
    EXPECT_THAT(list, HasSubstr("metricsaurus"));
    EXPECT_THAT(list, HasSubstr("instagram_user"));
    EXPECT_THAT(list, Not(HasSubstr("sandbox-token")));
    EXPECT_EQ(logins.run({"token", "forget", "metricsaurus"}).exit_code, 0);
    EXPECT_EQ(query1(logins.database, "SELECT count(*) FROM insightd.token"), "0");
    const auto refresh = logins.run({"token", "refresh", "metricsaurus"});
    EXPECT_EQ(refresh.exit_code, 77);
    EXPECT_THAT(refresh.output(), HasSubstr("the vault holds no token"));
}

TEST(TokenCommands, YoungTokenIsNotRenewedByForce)
{
    const Logins logins;
    auto login = logins.begin("metricsaurus");
    Logins::open(Logins::url_in(login.output()));
    login.finish();
    const auto refresh = logins.run({"token", "refresh", "metricsaurus"});
    EXPECT_THAT(refresh.output(), HasSubstr("younger than a day"));
    EXPECT_EQ(refresh.exit_code, 75);
}

TEST(TokenCommands, KeyIsRotatedWhileTokensStayUsable)
{
    const Logins logins;
    logins.run({"token", "add", "metricsaurus"}, logins.fixed_token("metricsaurus"));
    const auto before = query1(logins.database, "SELECT key_id FROM insightd.token");
    for (int turn = 0; turn < 3; ++turn)
        EXPECT_EQ(logins.run({"token", "rotate-key"}).exit_code, 0);
    EXPECT_NE(query1(logins.database, "SELECT key_id FROM insightd.token"), before);
    EXPECT_EQ(logins.run({"collect", "metricsaurus"}).exit_code, 0);
}

TEST(TokenCommands, KeyFileThatOthersCanReadIsRefused)
{
    const Logins logins;
    const auto key = logins.sandbox.folder.path() / "shared.key";
    std::ofstream{key} << std::string(64, '7') << "\n";
    std::filesystem::permissions(key, std::filesystem::perms{0644});
    logins.edit("accounts:", "vault: {key: {file: " + key.string() + "}}\naccounts:");
    const auto add =
        logins.run({"token", "add", "metricsaurus"}, logins.fixed_token("metricsaurus"));
    EXPECT_EQ(add.exit_code, 78);
    EXPECT_THAT(add.output(), HasSubstr("chmod 600"));
    std::filesystem::permissions(key, std::filesystem::perms{0600});
    EXPECT_EQ(
        logins.run({"token", "add", "metricsaurus"}, logins.fixed_token("metricsaurus")).exit_code,
        0);
}

TEST(TokenCommands, DumpWithoutTheKeyYieldsNothingAndSwappedRowsAreDetected)
{
    const Logins logins;
    logins.run({"token", "add", "metricsaurus"}, logins.fixed_token("metricsaurus"));
    query(
        logins.database, "INSERT INTO insightd.token SELECT (SELECT account_id FROM store.account "
                         "WHERE name = 'tiny_garden'), kind, key_id, box, scopes, issued_at "
                         "FROM insightd.token");
    const auto swapped = logins.run({"collect", "tiny_garden"});
    EXPECT_EQ(swapped.exit_code, 77);
    EXPECT_THAT(swapped.output(), HasSubstr("was changed or moved"));

    const auto key = logins.sandbox.folder.path() / "state" / "vault.key";
    ASSERT_TRUE(std::filesystem::remove(key));
    const auto without = logins.run({"collect", "metricsaurus"});
    EXPECT_EQ(without.exit_code, 77);
    EXPECT_THAT(without.output(), HasSubstr("the vault's key"));
    EXPECT_FALSE(std::filesystem::exists(key)) << "a missing key is not replaced";
    std::ofstream{key} << std::string(64, '0') << "\n";
    std::filesystem::permissions(key, std::filesystem::perms{0600});
    EXPECT_THAT(logins.run({"collect", "metricsaurus"}).output(), HasSubstr("not at hand"));
}

} // namespace
} // namespace insightd
