#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// What Prometheus is told: which metrics there are, and the text they are told in. Pure, but for
/// the figures of this process.
namespace insightd::metrics
{

enum class Type : std::uint8_t { counter, gauge };

inline constexpr std::size_t most_labels = 2;

/// One line of the table of metrics.
struct Metric {
    std::string_view name;
    Type type{};
    std::array<std::string_view, most_labels> labels{}; ///< empty: there are no more
    std::string_view unit;
    std::string_view says;
};

constexpr std::string_view to_string(Type type)
{
    return type == Type::counter ? "counter" : "gauge";
}

} // namespace insightd::metrics
