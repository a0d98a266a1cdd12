#include "tests/soak/verdict.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace insightd::soak
{
namespace
{

/// What may be more at the end than at the begin, and by how much.
struct Measure {
    std::string_view name;
    std::int64_t Sample::*field;
    std::optional<double> share;           ///< nothing: the tolerance of memory
    double slack = 0;                      ///< beside the share
    double Terms::*slack_of_run = nullptr; ///< instead, where the run decides
};

/// Connections come and go, so one descriptor more is none. What is late is so by the moments for
/// which the machine had other work: an hour is seconds of its time.
constexpr std::array measures{
    Measure{"resident memory, KiB", &Sample::resident, {}},
    Measure{"private memory, KiB", &Sample::own, {}},
    Measure{"descriptors", &Sample::descriptors, 0.02, 1},
    Measure{"threads", &Sample::threads, 0.0},
    Measure{"tasks waiting", &Sample::waiting, 0.5, 0, &Terms::usual_waiting},
    Measure{"latest collector, s", &Sample::overdue, 0.5, 3'600},
    Measure{"rows in the spool", &Sample::spool_rows, 0.0},
};

double
median_within(const std::vector<Sample>& samples, const Measure& measure, double from, double until)
{
    std::vector<double> numbers;
    for (const auto& sample : samples)
        if (from <= sample.hours && sample.hours < until)
            numbers.push_back(static_cast<double>(sample.*measure.field));
    return numbers.empty() ? std::numeric_limits<double>::quiet_NaN() : median(std::move(numbers));
}

} // namespace

double median(std::vector<double> numbers)
{
    if (numbers.empty())
        return 0;
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::ranges::nth_element(numbers, middle);
    return *middle;
}

std::vector<Finding> findings(const std::vector<Sample>& samples, const Terms& terms)
{
    const auto third = terms.hours / 3;
    std::vector<Finding> all;
    for (const auto& measure : measures) {
        Finding finding;
        finding.measure = measure.name;
        finding.first = median_within(samples, measure, terms.warm_up, third);
        finding.last = median_within(samples, measure, terms.hours - third, terms.hours + 1);
        finding.most = finding.first * (1 + measure.share.value_or(terms.tolerance)) +
                       (measure.slack_of_run ? terms.*measure.slack_of_run : measure.slack);
        all.push_back(finding);
    }
    return all;
}

bool is_flat(const std::vector<Finding>& findings)
{
    return !findings.empty() && std::ranges::all_of(findings, &Finding::is_flat);
}

} // namespace insightd::soak
