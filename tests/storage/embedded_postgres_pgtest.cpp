#include "storage/database.hpp"
#include "storage/embedded_postgres.hpp"
#include "storage/model/writer.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

namespace insightd::storage
{
namespace
{

using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::ScratchFolder;

/// The process that serves the cluster below `folder`, as its own file names it; 0 if none does.
pid_t postmaster_of(const std::filesystem::path& folder)
{
    pid_t process = 0;
    std::ifstream{folder / "postgres/data/postmaster.pid"} >> process;
    return process;
}

TEST(EmbeddedPostgres, KeepsItsDataFromOneLifeToTheNext)
{
    const ScratchFolder folder;
    {
        const EmbeddedPostgres server{folder.path()};
        query(server.url(), "CREATE TABLE kept AS SELECT 7 AS number");
    }
    const EmbeddedPostgres server{folder.path()};
    EXPECT_EQ(query1(server.url(), "SELECT number FROM kept"), "7");
}

TEST(EmbeddedPostgres, ListensOnItsUnixSocketOnly)
{
    const ScratchFolder folder;
    const EmbeddedPostgres server{folder.path()};
    EXPECT_EQ(query1(server.url(), "SHOW listen_addresses"), "");
    EXPECT_EQ(query1(server.url(), "SHOW unix_socket_permissions"), "0700");
}

TEST(EmbeddedPostgres, IsSharedAndStoppedByTheLastOneOut)
{
    const ScratchFolder folder;
    auto first = std::make_unique<EmbeddedPostgres>(folder.path());
    const auto url = first->url();
    {
        const EmbeddedPostgres second{folder.path()};
        EXPECT_EQ(second.url(), url);
    }
    EXPECT_EQ(query1(url, "SELECT 1"), "1") << "the first still uses it";
    first.reset();
    EXPECT_ANY_THROW(query(url, "SELECT 1"));
}

TEST(EmbeddedPostgres, ServerOfAKilledProcessIsJoinedWithItsData)
{
    const ScratchFolder folder;
    const pid_t child = fork();
    if (child == 0) {
        const EmbeddedPostgres server{folder.path()};
        query(server.url(), "CREATE TABLE committed AS SELECT 1 AS number");
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    std::string url;
    {
        const EmbeddedPostgres server{folder.path()};
        url = server.url();
        EXPECT_EQ(query1(url, "SELECT number FROM committed"), "1");
    }
    EXPECT_ANY_THROW(query(url, "SELECT 1")) << "and stopped at the end, although another began it";
}

TEST(EmbeddedPostgres, HalfMadeClusterOfAKilledProcessIsNeverUsed)
{
    const ScratchFolder folder;
    const auto half = folder.path() / "postgres" / "data.new.1";
    std::filesystem::create_directories(half);
    std::ofstream{half / "PG_VERSION"} << "15\n";
    const EmbeddedPostgres server{folder.path()};
    EXPECT_EQ(query1(server.url(), "SHOW listen_addresses"), "");
    EXPECT_FALSE(std::filesystem::exists(half));
}

TEST(EmbeddedPostgres, ServerThatDiedIsStartedAgainUnderARunningDaemon)
{
    const ScratchFolder folder;
    EmbeddedPostgres server{folder.path()};
    query(server.url(), "CREATE TABLE committed AS SELECT 1 AS number");
    Database database{server.url(), [&] { server.ensure_running(); }};
    boost::asio::io_context loop{1};
    insightd::testing::run(loop, database.prepare({}, {}));

    const pid_t killed = postmaster_of(folder.path());
    ASSERT_GT(killed, 0);
    kill(killed, SIGKILL);
    // The backends of the dead server go when they notice: until then ours may still answer, and a
    // new server does not start.
    while (postmaster_of(folder.path()) == killed) {
        try {
            insightd::testing::run(loop, database.prepare({}, {}));
        } catch (const model::Unavailable&) {
        }
    }
    EXPECT_EQ(query1(server.url(), "SELECT number FROM committed"), "1");
}

TEST(EmbeddedPostgres, InheritsNoSecretOfOurEnvironment)
{
    setenv("INSIGHTD_TEST_SECRET", "hunter2", 1);
    const ScratchFolder folder;
    const EmbeddedPostgres server{folder.path()};
    std::ifstream in{"/proc/" + std::to_string(postmaster_of(folder.path())) + "/environ"};
    const std::string environment{std::istreambuf_iterator<char>{in}, {}};
    unsetenv("INSIGHTD_TEST_SECRET");
    EXPECT_THAT(environment, ::testing::HasSubstr("PATH="));
    EXPECT_THAT(environment, ::testing::Not(::testing::HasSubstr("hunter2")));
}

TEST(EmbeddedPostgres, FolderThatIsALinkIsNotGivenAway)
{
    const ScratchFolder folder;
    const auto victim = folder.path() / "victim";
    std::filesystem::create_directory(victim);
    std::filesystem::create_directory_symlink(victim, folder.path() / "postgres");
    EXPECT_THROW(EmbeddedPostgres{folder.path()}, model::Unavailable);
    EXPECT_TRUE(std::filesystem::is_empty(victim));
}

TEST(EmbeddedPostgres, RunsAsAnotherUserThanRoot)
{
    if (geteuid() != 0) {
        SUCCEED() << "not root: it runs as ourselves";
        return;
    }
    const ScratchFolder folder;
    const EmbeddedPostgres server{folder.path()};
    EXPECT_NE(query1(server.url(), "SELECT current_user::text"), "root");
}

TEST(EmbeddedPostgres, FolderThatItsUserCannotEnterIsSaid)
{
    if (geteuid() != 0)
        return;
    const ScratchFolder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0700});
    try {
        const EmbeddedPostgres server{folder.path()};
        FAIL() << "started where its user cannot go";
    } catch (const model::Unavailable& refused) {
        EXPECT_THAT(refused.what(), ::testing::HasSubstr("cannot enter"));
        EXPECT_THAT(refused.what(), ::testing::HasSubstr("state_dir"));
    }
}

} // namespace
} // namespace insightd::storage
