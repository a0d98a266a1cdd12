#include "tests/torture/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <array>

namespace insightd::torture
{
namespace
{

namespace json = boost::json;

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

std::vector<Named> of_post(const json::value& answer, std::int64_t media)
{
    std::vector<Named> all;
    for (const auto& entry : data_of(answer)) {
        const auto& metric = entry.as_object();
        const auto name = name_of_post(metric.at("name").as_string(), media);
        if (const auto* values = metric.if_contains("values"))
            add(all, name, &values->as_array().front().at("value"));
        add(all, name, total_of(metric));
    }
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
    if (parts[1] == "insights" && !is_own)
        return of_post(answer, std::stoll(parts[0]));
    return {};
}

} // namespace insightd::torture
