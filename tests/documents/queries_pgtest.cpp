#include "storage/migrations.hpp"
#include "tests/documents/documents.hpp"
#include "tests/support/private_postgres.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

// What the documents tell people to type into psql is accepted by the schema as it is.
namespace insightd::documents
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::query;
using ::testing::HasSubstr;

std::string text_of_file(const std::filesystem::path& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The queries of each ```sql block, and of examples.sql.
std::vector<std::string> documented_queries()
{
    const std::filesystem::path root{INSIGHTD_SOURCE_DIR};
    std::vector<std::string> queries;
    const auto add_blocks = [&](const std::string& text) {
        std::ranges::move(queries_in(text), std::back_inserter(queries));
    };
    add_blocks(text_of_file(root / "README.md"));
    for (const auto& entry : std::filesystem::directory_iterator{root / "deploy/docs"})
        if (entry.path().extension() == ".md")
            add_blocks(text_of_file(entry.path()));
    queries.push_back(text_of_file(root / "deploy/docs/examples.sql"));
    return queries;
}

TEST(Documents, EveryQueryInThemRuns)
{
    const auto url = fresh_database();
    storage::migrate(url, false);
    const auto queries = documented_queries();
    EXPECT_GT(queries.size(), 10U);
    for (const auto& sql : queries)
        EXPECT_NO_THROW(query(url, sql)) << sql;
}

/// Each example stands in the document with the words of the file: what was shown is what is run.
TEST(Documents, ExamplesAreShownAsTheyAre)
{
    const std::filesystem::path docs = std::filesystem::path{INSIGHTD_SOURCE_DIR} / "deploy/docs";
    const auto shown = text_of_file(docs / "examples.md");
    static const std::regex example{"-- ([^\n]*)\n([^;]*;)"};
    const auto file = text_of_file(docs / "examples.sql");
    std::size_t found = 0;
    for (std::sregex_iterator at{file.begin(), file.end(), example}, end; at != end; ++at) {
        EXPECT_THAT(shown, HasSubstr((*at)[1].str() + "\n\n```sql\n" + (*at)[2].str() + "\n```"));
        ++found;
    }
    EXPECT_GT(found, 8U);
}

} // namespace
} // namespace insightd::documents
