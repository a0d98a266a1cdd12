#pragma once

#include "daemon/metrics/metric.hpp"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::metrics
{

/// A page of figures in Prometheus's text format. Made anew for each answer, without a registry:
/// what is shown is what is, and nothing is kept twice.
class Exposition
{
public:
    static constexpr std::string_view type = "text/plain; version=0.0.4; charset=utf-8";

    /// The figures that follow are of this metric; each metric begins once.
    void begin(const Metric& metric);

    /// One figure, with a value for each label of the metric.
    void add(double value, std::initializer_list<std::string_view> labels = {});

    /// A metric that is one figure.
    void show(const Metric& metric, double value)
    {
        begin(metric);
        add(value);
    }

    std::string text() const;

private:
    std::vector<prometheus::MetricFamily> families_;
    Metric metric_;
};

} // namespace insightd::metrics
