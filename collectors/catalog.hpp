#pragma once

#include "config/loader.hpp"
#include "storage/model/metric.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The metric catalogue: what the Graph API can be asked, as data. Validation of the YAML, the
/// collectors and the SQL table `metric` all read this one table.
/// Source: graph-api.md sections 4.1, 4.2 and 5.
namespace insightd::catalog
{

enum class Subject : std::uint8_t { media, account };

/// recommended: asked unless switched off. optional: asked when switched on. retired: refused by
/// the API, kept so that the YAML's reader can name the successor. foreign: in the API's
/// enumeration, but not for Instagram insights: never asked.
enum class Standing : std::uint8_t { recommended, optional, retired, foreign };

enum class Unit : std::uint8_t { count, accounts, milliseconds, percent };

/// How an account metric is asked; media metrics know no metric_type.
enum class MetricType : std::uint8_t { none, time_series, total_value };

/// Product types as bits, for "feed | story".
enum Products : std::uint8_t { nowhere = 0, feed = 1, reels = 2, story = 4 };

/// Hosts as bits.
enum Hosts : std::uint8_t { instagram = 1, facebook = 2, both = 3 };

/// One metric of one subject.
struct Metric {
    std::string_view name;
    Subject subject{};
    Standing standing{};
    std::uint8_t products = nowhere; ///< media only
    std::uint8_t hosts = both;
    std::string_view period; ///< lifetime or day
    MetricType type = MetricType::none;
    /// Dimension lists the API splits it by: "a b a,b" is by a, by b, and by both at once.
    std::string_view breakdowns;
    bool needs_breakdown = false; ///< asked without one, the answer holds no number
    bool ask_alone = false;       ///< may fail its whole call for some objects
    bool of_audience = false;     ///< split by age, city, country, gender over a timeframe
    bool needs_100_followers = false;
    Unit unit = Unit::count;
    bool additive = false;
    bool estimated = false;
    std::string_view since, until; ///< ISO dates, first and last day it is answered; may be empty
    std::string_view successor;
    std::string_view title;
    std::string_view caveat;
};

/// Every metric, media first.
std::span<const Metric> metrics();

/// The metric of that name; nullptr if the catalogue does not know it.
const Metric* find(Subject subject, std::string_view name);

/// The dimension lists that the metric can be split by: "a", "b", "a,b".
std::vector<std::string> splits_of(const Metric& metric);

/// The product type as a bit; AD and the old IGTV are measured like FEED.
Products product_of(std::string_view product_type);

/// Recommended metrics and those switched on, less those switched off, that this host answers.
std::vector<const Metric*>
selected(Subject subject, config::Login login, const config::MetricOverrides& overrides);

/// What the YAML may name.
config::MetricVocabulary vocabulary();

/// The catalogue for the SQL table `metric`, and the metrics that the accounts try beside it.
std::vector<model::Metric> rows(std::span<const config::Account> accounts = {});

} // namespace insightd::catalog
