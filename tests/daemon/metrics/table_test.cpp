#include "daemon/metrics/table.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace insightd::metrics
{
namespace
{

TEST(Table, EachMetricHasItsOwnNameAUnitAndASentence)
{
    std::set<std::string_view> names;
    for (const auto& metric : table) {
        EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
        EXPECT_FALSE(metric.unit.empty()) << metric.name;
        EXPECT_TRUE(metric.says.ends_with('.')) << metric.name;
    }
}

/// The units that Prometheus wants names to end with.
TEST(Table, NamesSayWhatPrometheusWantsThemToSay)
{
    for (const auto& metric : table) {
        const auto is = [&](std::string_view unit) { return metric.unit == unit; };
        EXPECT_EQ(metric.type == Type::counter, metric.name.ends_with("_total")) << metric.name;
        EXPECT_TRUE(!is("seconds") || metric.name.find("_seconds") != std::string_view::npos)
            << metric.name;
        EXPECT_EQ(is("bytes"), metric.name.ends_with("_bytes")) << metric.name;
        EXPECT_EQ(is("ratio"), metric.name.ends_with("_ratio")) << metric.name;
    }
}

} // namespace
} // namespace insightd::metrics
