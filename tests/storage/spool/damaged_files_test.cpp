#include "storage/spool/damaged_files.hpp"
#include "tests/storage/spool/with_spool.hpp"

namespace insightd::spool
{
namespace
{

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class DamagedFilesTest : public SpoolFileTest
{
protected:
    DamagedFilesTest() { std::filesystem::create_directories(folder); }

    void put(const std::string& name) const { std::ofstream{folder / name} << name; }

    std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            all.push_back(entry.path().filename().string());
        return all;
    }

    void damage_and_finish(model::Instant now) const
    {
        put("spool.db");
        files.set_apart(now);
        files.finish(files.unfinished().front(), now);
    }

    DamagedFiles files{path()};
};

TEST_F(DamagedFilesTest, FileThatIsSetApartIsUnfinishedUntilItGetsItsLastName)
{
    put("spool.db");
    files.set_apart(noon);
    EXPECT_THAT(names(), ElementsAre("spool.db.unfinished-1772366400"));
    ASSERT_THAT(files.unfinished(), ElementsAre(path().string() + ".unfinished-1772366400"));
    EXPECT_EQ(
        files.finish(files.unfinished().front(), noon),
        path().string() + ".damaged-20260301T120000Z");
    EXPECT_THAT(names(), ElementsAre("spool.db.damaged-20260301T120000Z"));
    EXPECT_THAT(files.unfinished(), IsEmpty());
}

TEST_F(DamagedFilesTest, LogFollowsTheFileThatWasSetApartLast)
{
    for (const auto at : {noon, noon + 1s}) {
        put("spool.db");
        files.set_apart(at);
    }
    put("spool.db-wal");
    files.take_log_along();
    EXPECT_THAT(
        names(), UnorderedElementsAre(
                     "spool.db.unfinished-1772366400", "spool.db.unfinished-1772366401",
                     "spool.db.unfinished-1772366401-wal"));
    files.finish(files.unfinished().back(), noon);
    EXPECT_THAT(
        names(), UnorderedElementsAre(
                     "spool.db.unfinished-1772366400", "spool.db.damaged-20260301T120000Z",
                     "spool.db.damaged-20260301T120000Z-wal"));
}

TEST_F(DamagedFilesTest, LogOfASpoolThatIsThereIsItsOwn)
{
    put("spool.db");
    files.set_apart(noon);
    put("spool.db");
    put("spool.db-wal");
    files.take_log_along();
    EXPECT_THAT(
        names(),
        UnorderedElementsAre("spool.db", "spool.db-wal", "spool.db.unfinished-1772366400"));
}

TEST_F(DamagedFilesTest, TwoOfTheSameSecondHaveNamesOfTheirOwn)
{
    for (int time = 0; time < 2; ++time) {
        put("spool.db");
        files.set_apart(noon);
    }
    EXPECT_THAT(
        names(),
        UnorderedElementsAre("spool.db.unfinished-1772366400", "spool.db.unfinished-1772366400-"));
    for (const auto& unfinished : files.unfinished())
        files.finish(unfinished, noon);
    EXPECT_THAT(
        names(), UnorderedElementsAre(
                     "spool.db.damaged-20260301T120000Z", "spool.db.damaged-20260301T120000Z-2"));
}

TEST_F(DamagedFilesTest, FewAreKeptForInspectionAndThoseThatAreUnfinishedAlways)
{
    for (int hour = 0; hour < 5; ++hour)
        damage_and_finish(noon + std::chrono::hours{hour});
    put("spool.db.damaged-20260301T120000Z-wal");
    put("spool.db.unfinished-1");
    files.keep_few();
    EXPECT_THAT(
        names(), UnorderedElementsAre(
                     "spool.db.damaged-20260301T140000Z", "spool.db.damaged-20260301T150000Z",
                     "spool.db.damaged-20260301T160000Z", "spool.db.unfinished-1"));
    files.keep_none();
    EXPECT_THAT(names(), ElementsAre("spool.db.unfinished-1"));
}

} // namespace
} // namespace insightd::spool
