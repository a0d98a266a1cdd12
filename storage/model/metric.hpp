#pragma once

#include "storage/model/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace insightd::model
{

/// One line of the metric catalogue, as the SQL view `insights.metric` shows it.
struct Metric {
    std::string subject; ///< "media" or "account"
    std::string name;    ///< the API's name
    std::string title;   ///< for people
    std::string unit;    ///< "count", "accounts", "milliseconds", "percent"
    std::string
        status; ///< "recommended", "optional", "retired", "foreign" (never asked), "configured"
    bool additive = false;                  ///< may be summed over days and posts; reach never
    bool estimated = false;                 ///< the platform says the number is an estimate
    std::vector<std::string> product_types; ///< FEED, REELS, STORY; empty for accounts
    std::vector<std::string> hosts;         ///< instagram, facebook
    std::string period;                     ///< lifetime, day
    std::string metric_type;                ///< time_series, total_value; empty for media
    std::vector<std::string> breakdowns;    ///< dimensions the API can split it by
    std::optional<Day> since, until;        ///< first and last day the API answers it
    std::optional<std::string> successor;   ///< what to ask instead of a retired metric
    std::optional<std::string> caveat;      ///< what a careful reader must know
};

} // namespace insightd::model
