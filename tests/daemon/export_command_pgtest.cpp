#include "daemon/export_file.hpp"
#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

#include <fstream>

// `insightd export` as a process: files, pipes that close, and what a terminal shows.
namespace insightd
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::Process;
using insightd::testing::query;
using insightd::testing::SandboxProcess;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string text_of(const std::filesystem::path& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// A view with many rows, and a configuration for it.
class ExportCommand : public ::testing::Test
{
protected:
    ExportCommand()
    {
        sandbox.insightd({"migrate"}).finish();
        query(
            database, "CREATE VIEW insights.many AS SELECT n AS number, 'shop'::text AS account "
                      "FROM generate_series(1, 300000) n");
    }

    /// In a shell, so that there are pipes and terminals.
    Process shell(const std::string& options, const std::string& before, const std::string& after)
    {
        return Process{
            {"/bin/bash", "-c",
             before + "'" + INSIGHTD_PROGRAM + "' export " + options + " --config '" +
                 sandbox.config_file() + "'" + after}};
    }

    std::string database = fresh_database();
    SandboxProcess sandbox{database, {}, "1"};
};

TEST_F(ExportCommand, PrintsRowsAndNothingElse)
{
    auto many = sandbox.insightd({"export", "many", "--format", "ndjson"});
    const auto text = many.finish();
    EXPECT_EQ(many.exit_code, 0);
    EXPECT_THAT(text, StartsWith("{\"number\":1,\"account\":\"shop\"}\n{\"number\":2,"));
    EXPECT_TRUE(text.ends_with("{\"number\":300000,\"account\":\"shop\"}\n"));
}

TEST_F(ExportCommand, FileHasItsNameOnceItIsWhole)
{
    const auto path = sandbox.folder.path() / "many.csv";
    auto whole = sandbox.insightd({"export", "many", "--output", path});
    EXPECT_EQ(whole.finish(), "");
    EXPECT_EQ(whole.exit_code, 0);
    EXPECT_TRUE(text_of(path).ends_with("\n300000,shop\n"));

    query(
        database, "CREATE OR REPLACE VIEW insights.many AS SELECT 1 / (n - 200000) AS number, "
                  "'shop'::text AS account FROM generate_series(1, 300000) n");
    auto broken = sandbox.insightd({"export", "many", "--output", path});
    EXPECT_THAT(broken.finish(), HasSubstr("the export broke off: ERROR:  division by zero"));
    EXPECT_EQ(broken.exit_code, 69);
    EXPECT_TRUE(text_of(path).ends_with("\n300000,shop\n")) << "the older one stays";
    EXPECT_FALSE(std::filesystem::exists(path.string() + ".part"));
}

TEST_F(ExportCommand, ReaderThatHasEnoughEndsIt)
{
    auto piped = shell("many", "set -o pipefail; ", " | head -n 2; echo \"code ${PIPESTATUS[0]}\"");
    EXPECT_EQ(piped.finish(), "number,account\n1,shop\ncode 75\n");
}

TEST_F(ExportCommand, FullDiskIsExit74)
{
    auto full = shell("many", "", " > /dev/full");
    EXPECT_THAT(full.finish(), HasSubstr("cannot write standard output: No space left"));
    EXPECT_EQ(full.exit_code, 74);
    auto nowhere = sandbox.insightd({"export", "many", "--output", "/nowhere/file"});
    EXPECT_THAT(nowhere.finish(), HasSubstr("cannot make /nowhere/file: No such file"));
    EXPECT_EQ(nowhere.exit_code, 74);
    auto device = sandbox.insightd({"export", "many", "--output", "/dev/null"});
    device.finish();
    EXPECT_EQ(device.exit_code, 74) << "a device is not replaced";
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(ExportCommand, ProgressIsForTerminalsOnly)
{
    auto plain = shell("many", "", " > /dev/null");
    EXPECT_EQ(plain.finish(), "");
    auto shown = shell(
        "many", "script -qec \"",
        " > '" + (sandbox.folder.path() / "x.csv").string() + "'\" /dev/null");
    EXPECT_THAT(shown.finish(), HasSubstr("300,000 rows  3.5 MB  "));
    auto among_rows = shell("many", "script -qec \"", "\" /dev/null");
    EXPECT_THAT(among_rows.finish(), Not(HasSubstr("rows/s")));
}

TEST_F(ExportCommand, MistakesAreOneHelpfulLineAndExit64)
{
    for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"media_dayly"}, "did you mean `media_daily`?"},
             {{"media_daily", "--format", "xml"}, "csv or ndjson"},
             {{"media_daily", "--since", "yesterday"}, "a date such as"},
             {{"media_daily", "--account", "nobody"}, "no account 'nobody'"},
             {{"posting_times", "--since", "2026-01-01"}, "tells of now only"}}) {
        auto command = words;
        command.insert(command.begin(), "export");
        auto mistaken = sandbox.insightd(command);
        EXPECT_THAT(mistaken.finish(), HasSubstr(said));
        EXPECT_EQ(mistaken.exit_code, 64) << mistaken.output();
    }
}

TEST(RowsLine, CountsInThousands)
{
    EXPECT_EQ(
        daemon::rows_line({1'234'567, 12'340'000, false}, 10),
        "1,234,567 rows  12.3 MB  123,456 rows/s");
    EXPECT_EQ(daemon::rows_line({999, 0, false}, 0), "999 rows  0.0 MB  0 rows/s");
}

} // namespace
} // namespace insightd
