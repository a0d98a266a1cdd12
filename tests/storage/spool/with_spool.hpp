#pragma once

#include "storage/spool/spool_file.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace insightd::spool
{

inline const auto noon = insightd::testing::at("2026-03-01T12:00:00Z");
inline constexpr model::AccountId shop = 17841400000000001;

inline Record record(
    const std::string& rows, model::Worth worth = model::Worth::refetchable,
    model::AccountId id = shop)
{
    Record made;
    made.account_id = id;
    made.worth = worth;
    made.contents = {1, "stories", noon, noon};
    made.steps = {{"media_facts", rows}, {"media_counts", "[1:2]"}};
    return made;
}

/// A spool in a folder of its own.
class SpoolFileTest : public ::testing::Test
{
protected:
    SpoolFileTest()
        : folder{
              std::filesystem::temp_directory_path() /
              ("insightd-spool-test." + std::to_string(::getpid()))}
    {
        std::filesystem::remove_all(folder);
    }
    ~SpoolFileTest() override { std::filesystem::remove_all(folder); }

    SpoolFile open(Bounds bounds = {}) const { return SpoolFile{path(), bounds, noon}; }
    std::filesystem::path path() const { return folder / "spool.db"; }

    static std::vector<std::string> texts(SpoolFile& file)
    {
        std::vector<std::string> all;
        for (const auto& found : file.next(1000, 1 << 30, noon))
            all.push_back(found.steps.front().rows);
        file.give_back();
        return all;
    }

    /// Bytes in the middle of the file, as a dying disk leaves them.
    void damage(std::size_t from, const std::string& bytes) const
    {
        std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(from));
        file << bytes;
    }
    void damage(std::size_t from, std::size_t size) const
    {
        damage(from, std::string(size, '\x5a'));
    }

    static std::string bytes_of(const std::filesystem::path& file)
    {
        std::ifstream in{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

    std::vector<std::filesystem::path> damaged_files() const
    {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            if (entry.path().filename().string().find(".damaged-20260301T120000Z") !=
                std::string::npos)
                found.push_back(entry.path());
        return found;
    }

    std::filesystem::path folder;
};

} // namespace insightd::spool
