#include "tests/torture/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <optional>
#include <sstream>

namespace insightd::torture
{
namespace
{

namespace json = boost::json;

std::int64_t unix_seconds(const json::value& text)
{
    std::istringstream in{std::string{text.as_string()}};
    std::chrono::sys_seconds instant;
    in >> date::parse("%FT%T%z", instant);
    return instant.time_since_epoch().count();
}

void add(std::vector<Named>& all, std::string name, const json::value* number)
{
    if (number != nullptr && number->is_number())
        all.push_back({std::move(name), number->to_number<double>()});
}

const json::array& data_of(const json::value& answer)
{
    static const json::array none;
    const auto* data = answer.as_object().if_contains("data");
    return data != nullptr && data->is_array() ? data->as_array() : none;
}

const json::value* total_of(const json::object& metric)
{
    const auto* total = metric.if_contains("total_value");
    return total == nullptr ? nullptr : total->as_object().if_contains("value");
}

/// What a breakdown sums up to was asked for without it as well.
std::vector<Named>
of_post(const json::value& answer, const sandbox::Request& request, std::int64_t media)
{
    const bool is_repeated = !request.param("breakdown").empty();
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& metric = entry.as_object();
        const auto name = name_of_post(metric.at("name").as_string(), media);
        if (const auto* values = metric.if_contains("values"))
            add(all, name, &values->as_array().front().at("value"));
        add(all, name, total_of(metric));
    }
    for (auto& one : all)
        one.is_repeated = is_repeated;
    return all;
}

/// A total speaks of the window that was asked for.
std::vector<Named>
of_days(const json::value& answer, const sandbox::Request& request, std::int64_t account)
{
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& metric = entry.as_object();
        const std::string name{metric.at("name").as_string()};
        if (metric.at("period") != "day")
            continue;
        if (const auto* values = metric.if_contains("values"))
            for (const auto& point : values->as_array())
                add(all, name_of_day(name, account, unix_seconds(point.at("end_time"))),
                    &point.at("value"));
        if (const auto* total = total_of(metric))
            add(all, name_of_day(name, account, std::stoll(request.param("until"))), total);
    }
    for (auto& one : all)
        one.is_of_walk = true;
    return all;
}

std::vector<Named> of_list(const json::value& answer)
{
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& post = entry.as_object();
        const auto id = std::stoll(std::string{post.at("id").as_string()});
        for (const auto* count : {"like_count", "comments_count"})
            add(all, name_of_post(count, id), post.if_contains(count));
    }
    return all;
}

std::vector<Named> of_profile(const json::value& answer, std::int64_t account)
{
    std::vector<Named> all;
    for (const auto* counter : {"followers_count", "follows_count", "media_count"})
        add(all, name_of_account(counter, account), answer.as_object().if_contains(counter));
    return all;
}

} // namespace

std::string name_of_post(std::string_view metric, std::int64_t media)
{
    return fmt::format("{} of post {}", metric, media);
}

std::string name_of_account(std::string_view metric, std::int64_t account)
{
    return fmt::format("{} of account {}", metric, account);
}

std::string name_of_day(std::string_view metric, std::int64_t account, std::int64_t day_end)
{
    return fmt::format("{} of account {} in the day to {}", metric, account, day_end);
}

std::vector<Named>
numbers_in(const sandbox::Request& request, const sandbox::Response& response, std::int64_t account)
{
    const auto parts = sandbox::path_of(request).parts;
    boost::system::error_code none;
    const auto answer = json::parse(response.body, none);
    if (response.status != 200 || none || !answer.is_object() || parts.empty())
        return {};
    const bool is_own = parts[0] == "me" || parts[0] == std::to_string(account);
    if (parts.size() == 1 && is_own)
        return of_profile(answer, account);
    if (parts.size() != 2)
        return {};
    if (parts[1] == "media" || parts[1] == "stories")
        return of_list(answer);
    if (parts[1] == "insights")
        return is_own ? of_days(answer, request, account)
                      : of_post(answer, request, std::stoll(parts[0]));
    return {};
}

} // namespace insightd::torture
