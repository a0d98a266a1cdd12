#pragma once

#include "tests/sandbox/insights.hpp"

/// What /<user>/insights serves, and what it refuses in which words.
namespace insightd::sandbox
{

enum class Type { none, series_or_total, total };

struct UserMetric {
    std::string_view name;
    Type type;
    std::string_view period;
    std::string_view breakdowns; ///< dimension lists, blanks between
    bool from_100_followers = false;
    bool of_audience = false;
};

/// nullptr if there is none of that name.
const UserMetric* user_metric(const std::string& name);

Names user_metric_names();

struct Window {
    Instant since;
    Instant until;
};

/// The last 24 hours, unless the call says otherwise; nothing for what is no unix time.
std::optional<Window> window_of(const Call& call);

/// Fewer than 100 followers.
bool is_small(const Call& call);

/// Days that begin earlier are not served; nothing: all are.
std::optional<Instant> oldest_served(const Call& call);

std::optional<Response> refuse_window(const Call& call, const Window& window);
std::optional<Response>
refuse_user_metric(const Call& call, const UserMetric& metric, const Window& window);

} // namespace insightd::sandbox
