#include "tests/daemon/planted.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace insightd
{

std::string bytes_below(const std::filesystem::path& folder)
{
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) {
            std::ifstream file{entry.path(), std::ios::binary};
            all.append(std::istreambuf_iterator<char>{file}, {});
        }
    return all;
}

std::string dump(const testing::Simulation& simulation)
{
    std::string all;
    for (const auto& table : simulation.rows(
             "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
             "WHERE table_schema IN ('store', 'insightd', 'insights', 'insights_text') "
             "AND table_name NOT LIKE 'media_sample_%'"))
        for (const auto& row : simulation.rows("SELECT t::text FROM " + *table[0] + " t"))
            all += row[0].value_or("") + "\n";
    return all;
}

void expect_clean(const std::string& text, const std::string& where)
{
    for (const auto* marker :
         {"planted words", "planted_name", "planted_url", "lookaside", "5000000000000071"})
        EXPECT_EQ(text.find(marker), std::string::npos) << marker << " in " << where;
}

} // namespace insightd
