#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <sstream>

// The views as BI tools get them through their drivers: dates, numbers and flags, not text.
namespace insightd::storage
{
namespace
{

constexpr auto asked = R"(
SELECT d.account_id, d.day, d.day_end, d.is_final, d.views, d.reach, x.value, e.engagement_rate_by_reach
FROM insights.account_daily d JOIN insights.account_extra_metric x USING (account_id, day), insights.media_engagement e)";

std::string quoted(const std::string& argument)
{
    return "'" + argument + "'";
}

/// The value of a key of a libpq connection string.
std::string part(const std::string& url, const std::string& key)
{
    const auto begin = url.find(key + "=") + key.size() + 1;
    return url.substr(begin, url.find(' ', begin) - begin);
}

/// What that driver reads: one "column type value" each.
std::vector<std::string> read_through(const std::string& driver, const std::string& url)
{
    const auto command = fmt::format(
        "/usr/bin/python3 {}/tests/storage/drivers.py {} {}/.s.PGSQL.5432 {} {} {}",
        INSIGHTD_SOURCE_DIR, driver, part(url, "host"), part(url, "user"), part(url, "dbname"),
        quoted(asked));
    const std::unique_ptr<FILE, int (*)(FILE*)> output{popen(command.c_str(), "r"), pclose};
    std::string text;
    for (std::array<char, 4096> buffer{};
         const auto size = fread(buffer.data(), 1, buffer.size(), output.get());)
        text.append(buffer.data(), size);
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

/// A day and a post; a number that has no column of its own comes as numeric.
class Drivers : public DatabaseTest
{
protected:
    Drivers()
    {
        auto batch = one_day(noon, false, 9007199254740993);
        batch.days.front().readings.values.push_back({"novel", Number{std::int64_t{7}}});
        write(batch);
        write_post(noon);
        write_sample(
            noon,
            {{"reach", Number{std::int64_t{8}}}, {"total_interactions", Number{std::int64_t{2}}}});
    }
};

TEST_F(Drivers, OdbcReadsDatesNumbersAndFlags)
{
    EXPECT_THAT(
        read_through("odbc", url),
        ElementsAre(
            "account_id str 17841400000000001", "day date 2026-02-28",
            "day_end datetime 2026-03-01 08:00:00", "is_final bool False",
            "views int 9007199254740993", "reach int None", "value Decimal 7",
            "engagement_rate_by_reach float 0.25"));
}

TEST_F(Drivers, JdbcReadsDatesNumbersAndFlags)
{
    EXPECT_THAT(
        read_through("jdbc", url),
        ElementsAre(
            "account_id String 17841400000000001", "day Date 2026-02-28",
            "day_end Timestamp 2026-03-01 08:00:00.0", "is_final Boolean False",
            "views Long 9007199254740993", "reach Long None", "value BigDecimal 7",
            "engagement_rate_by_reach Double 0.25"));
}

} // namespace
} // namespace insightd::storage
