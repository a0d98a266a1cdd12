#include "tests/torture/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
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

std::string joined(const json::array& texts)
{
    std::string all;
    for (const auto& text : texts)
        all += (all.empty() ? "" : ",") + std::string{text.as_string()};
    return all;
}

struct Split {
    std::string dimensions;
    Checksum cells;
};

/// A breakdown without a cell says nothing.
std::vector<Split> splits_of(const json::object& metric)
{
    std::vector<Split> all;
    const auto* total = metric.if_contains("total_value");
    const auto* splits = total == nullptr ? nullptr : total->as_object().if_contains("breakdowns");
    if (splits == nullptr)
        return all;
    for (const auto& split : splits->as_array()) {
        Split one{joined(split.at("dimension_keys").as_array()), {}};
        for (const auto& cell : split.at("results").as_array())
            one.cells.add(
                joined(cell.at("dimension_values").as_array()),
                cell.at("value").to_number<double>());
        if (!one.cells.is_empty())
            all.push_back(std::move(one));
    }
    return all;
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
    for (const auto& entry : data_of(answer))
        for (const auto& [dimensions, cells] : splits_of(entry.as_object()))
            all.push_back(
                {name_of_post(name_of_split(entry.at("name").as_string(), dimensions), media),
                 cells.value()});
    return all;
}

/// Who follows, and when they are online.
std::vector<Named>
of_audience(const json::value& answer, const sandbox::Request& request, std::int64_t account)
{
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& metric = entry.as_object();
        for (const auto& [dimensions, cells] : splits_of(metric)) {
            const auto name = name_of_people(
                metric.at("name").as_string(), dimensions, request.param("timeframe"));
            all.push_back({name_of_account(name, account), cells.value(), false, false, true});
        }
        const auto* days = metric.if_contains("values");
        for (const auto& day : days != nullptr ? days->as_array() : json::array{})
            for (const auto& hour : day.at("value").as_object())
                add(all,
                    name_of_day(
                        name_of_hour(std::stoi(std::string{hour.key()})), account,
                        unix_seconds(day.at("end_time"))),
                    &hour.value());
    }
    return all;
}

/// A total speaks of the window that was asked for; that of a breakdown, which comes a little later
/// and may have grown, is not kept.
std::vector<Named>
of_days(const json::value& answer, const sandbox::Request& request, std::int64_t account)
{
    const bool is_split = !request.param("breakdown").empty();
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& metric = entry.as_object();
        const std::string name{metric.at("name").as_string()};
        if (const auto* values = metric.if_contains("values"))
            for (const auto& point : values->as_array())
                add(all, name_of_day(name, account, unix_seconds(point.at("end_time"))),
                    &point.at("value"));
        const auto window = [&](const std::string& what) {
            return name_of_day(what, account, std::stoll(request.param("until")));
        };
        if (const auto* total = total_of(metric); total != nullptr && total->is_number())
            all.push_back({window(name), total->to_number<double>(), is_split});
        for (const auto& [dimensions, cells] : splits_of(metric))
            all.push_back({window(name_of_split(name, dimensions)), cells.value()});
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

std::vector<Named> of_stories(const json::value& answer)
{
    auto all = of_list(answer);
    for (const auto& story : data_of(answer))
        all.push_back(
            {name_of_post(listing, std::stoll(std::string{story.at("id").as_string()})), 1});
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

std::string name_of_split(std::string_view metric, std::string_view dimensions)
{
    return fmt::format("{} by {}", metric, dimensions);
}

std::string
name_of_people(std::string_view metric, std::string_view dimensions, std::string_view timeframe)
{
    return fmt::format("{} in {}", name_of_split(metric, dimensions), timeframe);
}

std::string name_of_hour(int hour)
{
    return fmt::format("online_followers at {}", hour);
}

void Checksum::add(std::string_view values, double number)
{
    std::string folded{values};
    std::ranges::transform(folded, folded.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    cells_[folded] = number;
}

double Checksum::value() const
{
    std::string text;
    for (const auto& [values, number] : cells_)
        text += fmt::format("{}={};", values, number);
    return static_cast<double>(std::hash<std::string>{}(text));
}

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
    if (parts[1] == "media")
        return of_list(answer);
    if (parts[1] == "stories")
        return of_stories(answer);
    if (parts[1] != "insights")
        return {};
    if (!is_own)
        return of_post(answer, request, std::stoll(parts[0]));
    return request.param("period") == "day" ? of_days(answer, request, account)
                                            : of_audience(answer, request, account);
}

} // namespace insightd::torture
