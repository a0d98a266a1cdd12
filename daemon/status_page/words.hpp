#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers, times and states as people read them. Times are UTC.
namespace insightd::status_page
{

/// "12,819"
std::string number(std::int64_t value);
/// The same; an en dash for what is not known.
std::string number(const std::optional<std::int64_t>& value);
/// "12.8k", for axes.
std::string compact(std::int64_t value);
/// "1 story", "3 stories", "1,200 gaps"
std::string counted(std::int64_t count, std::string_view one, std::string_view many);
/// "1 account", "3 accounts"
std::string accounts_counted(std::size_t count);
/// "12%"; an en dash for what is not known.
std::string percent(const std::optional<double>& value);

/// "3 h 20 min", "40 s", "12 d"; never negative.
std::string span(std::chrono::microseconds length);
/// "4 min ago", "never"
std::string ago(const std::optional<model::Instant>& instant, model::Instant now);
/// "in 3 h 20 min", "40 s ago"
std::string from_now(model::Instant instant, model::Instant now);

/// "3 Mar 2026 14:05"
std::string moment(model::Instant instant);
/// "3 Mar 2026"
std::string day(model::Day day);
/// "3 Mar"
std::string short_day(model::Day day);
/// "14:05"
std::string time_of_day(model::Instant instant);

/// What a failure is, in words: of a name in insights.collection_health.error_class. An unknown
/// name stands for itself.
std::string failure_words(std::string_view error_class);

/// "views too_few_viewers, reach expired" in words.
std::string absence_words(std::string_view absent);
/// Of one metric; empty if it is not among them.
std::string absence_words(std::string_view absent, std::string_view metric);

/// What a collector reads: "account_insights" is "days of the account".
std::string collector_words(std::string_view collector);

/// With a capital letter at its beginning, if that is one of a to z.
std::string capitalized(std::string text);

/// "REELS" is "Reel", and so on; an unknown type stands for itself.
std::string product_words(std::string_view product_type);

} // namespace insightd::status_page
