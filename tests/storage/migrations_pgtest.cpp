#include "storage/migrations.hpp"
#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

TEST(Migrate, AppliesEachFileOnce)
{
    const auto url = fresh_database();
    const auto planned = migrate(url, true);
    EXPECT_EQ(planned.version, 0);
    EXPECT_EQ(planned.applied.size(), migrations().size());
    EXPECT_EQ(query1(url, "SELECT to_regclass('store.media') IS NULL"), "t") << "a dry run";
    EXPECT_EQ(migrate(url, false).applied, planned.applied);
    EXPECT_TRUE(migrate(url, false).applied.empty());
}

TEST(Migrate, RefusesAFileThatWasChangedSince)
{
    const auto url = fresh_database();
    migrate(url, false);
    query(url, "UPDATE insightd.schema_version SET checksum = 'x' WHERE number = 2");
    EXPECT_THROW(migrate(url, false), model::Unavailable);
}

TEST(Migrate, RefusesASchemaOfANewerInsightd)
{
    const auto url = fresh_database();
    migrate(url, false);
    query(url, "INSERT INTO insightd.schema_version VALUES (9999, 'future', 'x')");
    EXPECT_THROW(migrate(url, false), model::Unavailable);
}

TEST(Views, EveryViewAndColumnHasAComment)
{
    const auto url = fresh_database();
    migrate(url, false);
    const auto bare = query(
        url,
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'insights'::regnamespace AND a.attnum >= 0 "
        "AND col_description(c.oid, a.attnum) IS NULL");
    for (const auto& row : bare)
        ADD_FAILURE() << row[0].value() << "." << row[1].value() << " has no comment";
    EXPECT_EQ(
        query1(
            url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'insights'::regnamespace "
                 "AND obj_description(oid) IS NULL"),
        "0");
    EXPECT_EQ(
        query1(url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'insights'::regnamespace"),
        "44");
}

TEST(Views, AreInTheDocumentsAsInTheirComments)
{
    const auto url = fresh_database();
    migrate(url, false);
    std::ifstream file{std::string{INSIGHTD_SOURCE_DIR} + "/deploy/docs/sql.md"};
    const std::string documents{std::istreambuf_iterator<char>{file}, {}};
    for (const auto& row : query(
             url, "SELECT c.relname, format('| `%s` | %s |', a.attname, "
                  "col_description(c.oid, a.attnum)) FROM pg_class c JOIN pg_attribute a ON "
                  "a.attrelid = c.oid WHERE c.relnamespace = 'insights'::regnamespace AND "
                  "a.attnum > 0")) {
        const auto section = documents.find("## insights." + *row[0] + "\n");
        ASSERT_NE(section, std::string::npos) << *row[0];
        const auto end = documents.find("\n## ", section + 1);
        EXPECT_THAT(documents.substr(section, end - section), ::testing::HasSubstr(*row[1]));
    }
}

} // namespace
} // namespace insightd::storage
