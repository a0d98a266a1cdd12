#include "daemon/init/new_file.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <unistd.h>

namespace insightd::init
{
namespace
{

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class NewFile : public ::testing::Test
{
protected:
    NewFile()
    {
        std::string name{"/tmp/insightd-new-file-XXXXXX"};
        folder = mkdtemp(name.data());
    }
    ~NewFile() override { fs::remove_all(folder); }

    std::string text() const
    {
        std::ifstream in{folder / "a.yaml"};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    auto files() const
    {
        return std::distance(fs::directory_iterator{folder}, fs::directory_iterator{});
    }

    fs::path folder;
};

TEST_F(NewFile, IsWholeAndHasItsMode)
{
    write_new(folder / "a.yaml", "database: embedded\n", 0600);
    EXPECT_EQ(text(), "database: embedded\n");
    EXPECT_EQ(fs::status(folder / "a.yaml").permissions(), fs::perms{0600});
    EXPECT_EQ(files(), 1);
}

TEST_F(NewFile, NeverReplacesWhatIsThere)
{
    std::ofstream{folder / "a.yaml"} << "mine";
    EXPECT_THROW(require_room_for(folder / "a.yaml"), CannotWrite);
    EXPECT_THROW(write_new(folder / "a.yaml", "other", 0644), CannotWrite);
    EXPECT_EQ(text(), "mine");
    EXPECT_EQ(files(), 1) << "no draft is left";
}

TEST_F(NewFile, SaysWhyItCannotBe)
{
    try {
        require_room_for(folder / "none" / "a.yaml");
        FAIL();
    } catch (const CannotWrite& trouble) {
        EXPECT_THAT(trouble.what(), HasSubstr("cannot be written (No such file or directory)"));
    }
}

} // namespace
} // namespace insightd::init
