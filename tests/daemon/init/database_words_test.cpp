#include "daemon/init/database_words.hpp"

#include <gmock/gmock.h>

namespace insightd::init
{
namespace
{

using ::testing::HasSubstr;

TEST(DatabaseWords, EachRefusalHasItsMend)
{
    EXPECT_THAT(mend_of("FATAL:  database \"insights\" does not exist"), HasSubstr("createdb"));
    EXPECT_THAT(mend_of("FATAL:  role \"joe\" does not exist"), HasSubstr("createuser"));
    EXPECT_THAT(mend_of("fe_sendauth: no password supplied"), HasSubstr(".pgpass"));
    EXPECT_THAT(
        mend_of("FATAL:  no pg_hba.conf entry for host \"10.0.0.1\", user \"joe\", database "
                "\"insights\", no encryption"),
        HasSubstr("pg_hba.conf"));
    EXPECT_THAT(
        mend_of("connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: No such "
                "file or directory"),
        HasSubstr("systemctl start"));
    EXPECT_EQ(mend_of("something new"), "");
}

} // namespace
} // namespace insightd::init
