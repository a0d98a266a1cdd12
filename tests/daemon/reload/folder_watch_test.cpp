#include "daemon/reload/folder_watch.hpp"
#include "tests/support/private_postgres.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace insightd::reload
{
namespace
{

namespace fs = std::filesystem;
using insightd::testing::ScratchFolder;

/// A watched file, and how often something was told.
class FolderWatchTest : public ::testing::Test
{
protected:
    void watch(const fs::path& whose)
    {
        watched.emplace(loop.get_executor(), whose);
        boost::asio::co_spawn(loop, count(), boost::asio::detached);
        loop.poll();
    }

    boost::asio::awaitable<void> count()
    {
        auto is_something = co_await watched->something();
        while (is_something) {
            watched->look_again();
            ++told;
            is_something = co_await watched->something();
        }
        is_over = true;
    }

    /// Whether something was told of what was just done.
    bool is_told()
    {
        const auto before = told;
        loop.poll();
        return told > before;
    }

    static void write(const fs::path& where, const char* words) { std::ofstream{where} << words; }

    ScratchFolder scratch;
    fs::path folder = scratch.path();
    fs::path file = folder / "insightd.yaml";
    boost::asio::io_context loop{1};
    std::optional<FolderWatch> watched;
    int told = 0;
    bool is_over = false;
};

TEST_F(FolderWatchTest, TellsOfAFileThatIsWrittenOver)
{
    write(file, "a");
    watch(file);
    EXPECT_FALSE(is_told());
    write(file, "b");
    EXPECT_TRUE(is_told());
    EXPECT_EQ(watched->why_not(), "");
}

TEST_F(FolderWatchTest, TellsOfAFileThatTakesItsPlaceAgainAndAgain)
{
    write(file, "a");
    watch(file);
    for (int time = 0; time < 3; ++time) {
        write(folder / ".insightd.yaml.swp", "b");
        loop.poll();
        fs::rename(folder / ".insightd.yaml.swp", file);
        EXPECT_TRUE(is_told()) << time;
    }
}

TEST_F(FolderWatchTest, FollowsALinkToAnotherFolder)
{
    fs::create_directory(folder / "real");
    fs::create_directory(folder / "etc");
    write(folder / "real/insightd.yaml", "a");
    fs::create_symlink("../real/insightd.yaml", folder / "etc/insightd.yaml");
    watch(folder / "etc/insightd.yaml");
    write(folder / "real/insightd.yaml", "b");
    EXPECT_TRUE(is_told());
}

/// As volumes of configurations are mounted: the file is a link through a link to a folder.
TEST_F(FolderWatchTest, FollowsALinkToAFolderThatIsExchanged)
{
    fs::create_directory(folder / "first");
    fs::create_directory(folder / "second");
    write(folder / "first/insightd.yaml", "a");
    write(folder / "second/insightd.yaml", "b");
    fs::create_directory_symlink("first", folder / "now");
    fs::create_symlink("now/insightd.yaml", file);
    watch(file);
    fs::create_directory_symlink("second", folder / "then");
    fs::rename(folder / "then", folder / "now");
    EXPECT_TRUE(is_told());
    write(folder / "second/insightd.yaml", "c");
    EXPECT_TRUE(is_told()) << "the new one is watched as well";
}

TEST_F(FolderWatchTest, SaysWhyAFolderCannotBeWatched)
{
    watch(folder / "nowhere" / "insightd.yaml");
    EXPECT_NE(watched->why_not().find("nowhere: No such file"), std::string::npos);
}

TEST_F(FolderWatchTest, EndsWhenItIsStopped)
{
    watch(file);
    watched->stop();
    loop.poll();
    EXPECT_TRUE(is_over);
}

} // namespace
} // namespace insightd::reload
