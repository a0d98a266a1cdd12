#include "collectors/graph/usage.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

constexpr std::array<std::string_view, 3> percentages{"call_count", "total_time", "total_cputime"};

template <class T> void keep_larger(std::optional<T>& into, std::optional<T> value)
{
    into = std::max(into, value); // nothing is less than anything
}

/// 17, 17.4, "17" and "17%" are 17.
std::optional<int> whole(const json::value& value)
{
    constexpr double most = 1e9;
    if (const auto* number = value.if_int64())
        return static_cast<int>(std::clamp<std::int64_t>(*number, 0, static_cast<int>(most)));
    if (const auto* number = value.if_double())
        return static_cast<int>(std::clamp(std::round(*number), 0.0, most));
    const auto* text = value.if_string();
    int parsed = 0;
    if (text == nullptr ||
        std::from_chars(text->data(), text->data() + text->size(), parsed).ec != std::errc{})
        return std::nullopt;
    return std::max(parsed, 0);
}

std::optional<int> largest_percentage(const json::object& figures)
{
    std::optional<int> largest;
    for (const auto name : percentages)
        if (const auto* figure = figures.if_contains(name))
            keep_larger(largest, whole(*figure));
    return largest;
}

void read_pool(const json::value& value, Usage& usage)
{
    const auto* pool = value.if_object();
    if (pool == nullptr)
        return;
    keep_larger(usage.business_percent, largest_percentage(*pool));
    const auto* estimate = pool->if_contains("estimated_time_to_regain_access");
    const auto minutes = estimate != nullptr ? whole(*estimate) : std::nullopt;
    if (minutes && *minutes > 0)
        keep_larger(usage.regain_after, std::optional{std::chrono::minutes{*minutes}});
}

std::optional<json::object> object_of(std::string_view header)
{
    boost::system::error_code error;
    auto value = json::parse({header.data(), header.size()}, error);
    if (error || !value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

} // namespace

std::optional<int> Usage::percent() const
{
    return std::max(app_percent, business_percent);
}

Usage joined(const Usage& one, const Usage& other)
{
    return {
        std::max(one.app_percent, other.app_percent),
        std::max(one.business_percent, other.business_percent),
        std::max(one.regain_after, other.regain_after)};
}

Usage parse_usage(std::string_view x_app_usage, std::string_view x_business_use_case_usage)
{
    Usage usage;
    if (const auto app = object_of(x_app_usage))
        usage.app_percent = largest_percentage(*app);
    const auto business = object_of(x_business_use_case_usage);
    if (!business)
        return usage;
    for (const auto& [id, pools] : *business) {
        if (const auto* list = pools.if_array())
            for (const auto& pool : *list)
                read_pool(pool, usage);
        else
            read_pool(pools, usage);
    }
    return usage;
}

} // namespace insightd::graph
