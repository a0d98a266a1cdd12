#include "daemon/metrics/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
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

/// As the format wants it; fmt says "inf" and "nan".
void append_number(std::string& text, double value)
{
    if (std::isfinite(value))
        fmt::format_to(std::back_inserter(text), "{}", value);
    else if (std::isnan(value))
        text += "NaN";
    else
        text += value > 0 ? "+Inf" : "-Inf";
}

} // namespace

void Exposition::begin(const Metric& metric)
{
    metric_ = metric;
    fmt::format_to(
        std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", metric.name, metric.says,
        to_string(metric.type));
}

void Exposition::add(double value, std::initializer_list<std::string_view> labels)
{
    if (labels.size() != labels_of(metric_))
        throw std::logic_error{fmt::format("{}: not its labels", metric_.name)};
    text_ += metric_.name;
    const auto* name = metric_.labels.begin();
    for (const auto label : labels) {
        text_ += name == metric_.labels.begin() ? '{' : ',';
        add_label(*name++, label);
    }
    text_ += labels.size() > 0 ? "} " : " ";
    append_number(text_, value);
    text_ += '\n';
}

void Exposition::add_label(std::string_view name, std::string_view value)
{
    text_ += name;
    text_ += "=\"";
    for (const char letter : value)
        switch (letter) {
        case '\n':
            text_ += "\\n";
            break;
        case '"':
        case '\\':
            text_ += '\\';
            [[fallthrough]];
        default:
            text_ += letter;
        }
    text_ += '"';
}

} // namespace insightd::metrics
