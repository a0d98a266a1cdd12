#include "daemon/metrics/exposition.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stdexcept>

namespace insightd::metrics
{
namespace
{

std::size_t labels_of(const Metric& metric)
{
    return static_cast<std::size_t>(
        std::ranges::find(metric.labels, std::string_view{}) - metric.labels.begin());
}

prometheus::MetricType type_of(const Metric& metric)
{
    return metric.type == Type::counter ? prometheus::MetricType::Counter
                                        : prometheus::MetricType::Gauge;
}

} // namespace

void Exposition::begin(const Metric& metric)
{
    metric_ = metric;
    families_.push_back({std::string{metric.name}, std::string{metric.says}, type_of(metric), {}});
}

void Exposition::add(double value, std::initializer_list<std::string_view> labels)
{
    if (labels.size() != labels_of(metric_))
        throw std::logic_error{fmt::format("{}: not its labels", metric_.name)};
    auto& figure = families_.back().metric.emplace_back();
    const auto* name = metric_.labels.begin();
    for (const auto label : labels)
        figure.label.push_back({std::string{*name++}, std::string{label}});
    (metric_.type == Type::counter ? figure.counter.value : figure.gauge.value) = value;
}

std::string Exposition::text() const
{
    return prometheus::TextSerializer{}.Serialize(families_);
}

} // namespace insightd::metrics
