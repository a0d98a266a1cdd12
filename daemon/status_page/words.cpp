#include "daemon/status_page/words.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace insightd::status_page
{
namespace
{

using namespace std::chrono;
using Word = std::pair<std::string_view, std::string_view>;

constexpr std::string_view none = "–";

template <std::size_t size>
std::string looked_up(const std::array<Word, size>& words, std::string_view name)
{
    const auto found = std::ranges::find(words, name, &Word::first);
    return std::string{found != words.end() ? found->second : name};
}

/// Names as graph::to_string(FailureClass) writes them, and what the store adds.
constexpr std::array failures{
    Word{"unreachable", "The platform could not be reached."},
    Word{"transient", "The platform had a passing fault."},
    Word{"unknown_error", "The platform answered with an error that it does not explain."},
    Word{"malformed", "The platform's answer could not be read."},
    Word{"too_much_data", "The platform found the question too large."},
    Word{"app_throttled", "The app made too many calls: the platform makes it wait."},
    Word{"account_throttled", "Too many calls for this account: the platform makes it wait."},
    Word{"needs_login", "The token is not accepted any more."},
    Word{"no_permission", "The token lacks a permission."},
    Word{"blocked", "The platform blocks this account."},
    Word{"too_few_viewers", "Too few viewers for numbers."},
    Word{"before_conversion", "It was published before the account was professional."},
    Word{"not_crossposted", "It was not shared to Facebook."},
    Word{"object_gone", "The platform says that it does not exist."},
    Word{"bad_metric", "The platform does not serve a metric."},
    Word{"bad_breakdown", "The platform does not serve a breakdown."},
    Word{"bad_field", "The platform does not serve a field."},
    Word{"bad_request", "The platform refused the question."},
    Word{"misconfigured", "App, account id or token do not fit together."},
    Word{"held_back", "No call was made, to stay within the platform's limits."},
    Word{"rows_refused", "The database did not take the rows."},
};

constexpr std::array absences{
    Word{"empty", "the platform answered no value"},
    Word{"too_few_viewers", "too few viewers"},
    Word{"unsupported", "not served for this kind"},
    Word{"before_conversion", "published before the account was professional"},
    Word{"under_100_followers", "fewer than 100 followers"},
    Word{"no_permission", "the token lacks the permission"},
    Word{"expired", "expired"},
    Word{"suspect", "it may be deleted"},
    Word{"gone", "deleted"},
    Word{"call_failed", "the call failed"},
    Word{"not_crossposted", "not shared to Facebook"},
};

constexpr std::array collectors{
    Word{"profile", "profile"},
    Word{"media", "list of posts"},
    Word{"media_insights", "numbers of posts"},
    Word{"stories", "stories"},
    Word{"account_insights", "days of the account"},
    Word{"audience", "audience"},
    Word{"conversations", "conversations"},
    Word{"tags", "tags"},
    Word{"comments", "comments"},
    Word{"mentions", "mentions"},
    Word{"publishing_limit", "publishing limit"},
    Word{"competitors", "competitors"},
    Word{"live_media", "live broadcasts"},
};

constexpr std::array products{
    Word{"FEED", "Post"},
    Word{"REELS", "Reel"},
    Word{"STORY", "Story"},
    Word{"AD", "Ad"},
};

/// "views too_few_viewers, reach expired": metric, blank, reason. A metric may have blanks.
std::vector<Word> reasons_in(std::string_view absent)
{
    std::vector<Word> all;
    while (!absent.empty()) {
        const auto end = std::min(absent.find(", "), absent.size());
        const auto line = absent.substr(0, end);
        absent.remove_prefix(std::min(end + 2, absent.size()));
        const auto blank = line.rfind(' ');
        if (blank != std::string_view::npos)
            all.emplace_back(line.substr(0, blank), line.substr(blank + 1));
    }
    return all;
}

std::string plain(std::string_view name)
{
    std::string text{name};
    std::ranges::replace(text, '_', ' ');
    return text;
}

/// A day of the month has no leading blank.
std::string trimmed(std::string text)
{
    text.erase(0, text.find_first_not_of(' '));
    return text;
}

} // namespace

std::string number(std::int64_t value)
{
    auto text = std::to_string(value);
    const std::ptrdiff_t first = value < 0 ? 1 : 0;
    for (auto at = std::ssize(text) - 3; at > first; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string number(const std::optional<std::int64_t>& value)
{
    return value ? number(*value) : std::string{none};
}

std::string compact(std::int64_t value)
{
    constexpr std::array units{
        std::pair{1'000'000'000.0, "G"}, std::pair{1'000'000.0, "M"}, std::pair{1'000.0, "k"}};
    for (const auto& [size, unit] : units)
        if (std::abs(static_cast<double>(value)) >= size)
            return fmt::format("{:.4g}{}", static_cast<double>(value) / size, unit);
    return std::to_string(value);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many)
{
    return fmt::format("{} {}", number(count), count == 1 ? one : many);
}

std::string accounts_counted(std::size_t count)
{
    return counted(static_cast<std::int64_t>(count), "account", "accounts");
}

std::string percent(const std::optional<double>& value)
{
    return value ? fmt::format("{:.0f}%", *value) : std::string{none};
}

std::string span(microseconds length)
{
    const auto all = std::max<std::int64_t>(0, floor<seconds>(length).count());
    constexpr std::int64_t minute = 60, hour = 3600, day = 86'400;
    if (all < minute)
        return fmt::format("{} s", all);
    if (all < hour)
        return fmt::format("{} min", all / minute);
    if (all < day)
        return all % hour < minute ? fmt::format("{} h", all / hour)
                                   : fmt::format("{} h {} min", all / hour, all % hour / minute);
    constexpr std::int64_t few_days = 3;
    if (all < few_days * day && all % day >= hour)
        return fmt::format("{} d {} h", all / day, all % day / hour);
    return fmt::format("{} d", all / day);
}

std::string ago(const std::optional<model::Instant>& instant, model::Instant now)
{
    return instant ? span(now - *instant) + " ago" : "never";
}

std::string from_now(model::Instant instant, model::Instant now)
{
    return instant > now ? "in " + span(instant - now) : ago(instant, now);
}

std::string moment(model::Instant instant)
{
    return trimmed(date::format("%e %b %Y %H:%M", floor<minutes>(instant)));
}

std::string day(model::Day of)
{
    return trimmed(date::format("%e %b %Y", of));
}

std::string short_day(model::Day of)
{
    return trimmed(date::format("%e %b", of));
}

std::string time_of_day(model::Instant instant)
{
    return date::format("%H:%M", floor<minutes>(instant));
}

std::string failure_words(std::string_view error_class)
{
    return looked_up(failures, error_class);
}

std::string absence_words(std::string_view absent)
{
    std::string text;
    for (const auto& [metric, reason] : reasons_in(absent))
        text += fmt::format(
            "{}{}: {}", text.empty() ? "" : "; ", plain(metric), looked_up(absences, reason));
    return text;
}

std::string absence_words(std::string_view absent, std::string_view metric)
{
    for (const auto& [name, reason] : reasons_in(absent))
        if (name == metric)
            return looked_up(absences, reason);
    return "";
}

std::string collector_words(std::string_view collector)
{
    return looked_up(collectors, collector);
}

std::string capitalized(std::string text)
{
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

std::string product_words(std::string_view product_type)
{
    return looked_up(products, product_type);
}

} // namespace insightd::status_page
