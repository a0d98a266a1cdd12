#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace insightd::graph
{

/// What the usage headers of an answer say. Percentages of the limit; absent is not 0.
struct Usage {
    std::optional<int> app_percent; ///< max of X-App-Usage
    std::optional<int>
        business_percent; ///< max over all ids and pools of X-Business-Use-Case-Usage
    std::optional<std::chrono::minutes> regain_after; ///< the largest estimate above 0

    /// The larger of both percentages.
    std::optional<int> percent() const;
};

/// The larger of each figure.
Usage joined(const Usage& one, const Usage& other);

/// Reads the two headers; either may be empty, malformed, or hold numbers as strings ("17%").
/// Source: graph-api.md section 8.
Usage parse_usage(std::string_view x_app_usage, std::string_view x_business_use_case_usage);

} // namespace insightd::graph
