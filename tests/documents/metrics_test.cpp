#include "daemon/failure_counts.hpp"
#include "daemon/metrics/table.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

// deploy/docs/prometheus.md has what /metrics has, word for word.
namespace insightd::documents
{
namespace
{

/// Its lines that begin like this.
std::vector<std::string> lines_with(std::string_view beginning)
{
    std::ifstream in{std::string{INSIGHTD_SOURCE_DIR} + "/deploy/docs/prometheus.md"};
    std::vector<std::string> found;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(beginning))
            found.push_back(line);
    return found;
}

std::string labels_of(const metrics::Metric& metric)
{
    std::string labels;
    for (const auto label : metric.labels)
        if (!label.empty())
            labels += fmt::format("{}`{}`", labels.empty() ? "" : ", ", label);
    return labels.empty() ? "-" : labels;
}

TEST(Metrics, DocumentHasTheLinesOfTheTable)
{
    auto found = lines_with("| `insightd_");
    for (auto& line : lines_with("| `process_"))
        found.push_back(std::move(line));
    std::vector<std::string> expected;
    for (const auto& metric : metrics::table)
        expected.push_back(fmt::format(
            "| `{}` | {} | {} | {} | {} |", metric.name, metrics::to_string(metric.type),
            labels_of(metric), metric.unit, metric.says));
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected));
}

TEST(Metrics, DocumentSaysWhatEachClassOfFailureMeans)
{
    std::string all;
    for (const auto& line : lines_with("| `"))
        all += line + "\n";
    for (std::size_t place = 0; place < daemon::failure_classes; ++place) {
        const auto name = graph::to_string(static_cast<graph::FailureClass>(place));
        EXPECT_THAT(all, ::testing::HasSubstr(fmt::format("`{}`", name)));
    }
}

} // namespace
} // namespace insightd::documents
