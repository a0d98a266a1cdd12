#pragma once

#include "daemon/metrics/metric.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace insightd::metrics
{

/// A page of figures in Prometheus's text format 0.0.4. Made anew for each answer: what is shown is
/// what is, and nothing is kept twice. With 10,000 accounts it has some 70,000 lines, and the event
/// loop waits for it: so they are written straight into one text.
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

    std::string take() { return std::move(text_); }

private:
    void add_label(std::string_view name, std::string_view value);

    std::string text_;
    Metric metric_;
};

} // namespace insightd::metrics
