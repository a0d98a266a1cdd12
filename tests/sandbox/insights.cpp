#include "tests/sandbox/insights.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::sandbox
{

Names split(const std::string& text, char separator)
{
    Names parts;
    std::size_t at = 0;
    while (at <= text.size() && !text.empty()) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

const Withdrawal* withdrawal_of(const Call& call, const std::string& metric, bool of_media)
{
    const auto found = std::ranges::find_if(call.faults.withdrawn, [&](const Withdrawal& one) {
        return one.metric == metric && one.of_media == of_media &&
               one.host.value_or(call.request.host) == call.request.host;
    });
    return found == call.faults.withdrawn.end() ? nullptr : &*found;
}

std::optional<Response>
refuse_withdrawn(const Call& call, const Names& asked, const Names& known, bool of_media)
{
    using Way = Withdrawal::Way;
    for (std::size_t at = 0; at < asked.size(); ++at) {
        const auto* withdrawal = withdrawal_of(call, asked[at], of_media);
        if (withdrawal == nullptr || withdrawal->way == Way::missing)
            continue;
        if (withdrawal->way == Way::unknown_error)
            return refusal(
                call.request.host, 1, std::nullopt, "An unknown error has occurred.", 500);
        if (withdrawal->way == Way::all_blank) {
            json::object body;
            body["data"] = json::array{};
            return answer_of(json::value(std::move(body)));
        }
        auto served = known;
        std::erase_if(served, [&](const auto& name) {
            const auto* other = withdrawal_of(call, name, of_media);
            return other != nullptr && other->way == Way::listed;
        });
        return unknown_metric(call.request, at, served);
    }
    return std::nullopt;
}

json::value number_of(const Number& number)
{
    return std::visit([](auto value) { return json::value(value); }, number);
}

json::object cells_of(const Names& dimensions, const std::vector<Cell>& cells)
{
    json::array keys;
    for (const auto& dimension : dimensions)
        keys.emplace_back(dimension);
    json::array results;
    for (const auto& [values, number] : cells) {
        json::array list;
        for (const auto& value : values)
            list.emplace_back(value);
        results.push_back(json::object{{"dimension_values", std::move(list)}, {"value", number}});
    }
    return {{"dimension_keys", std::move(keys)}, {"results", std::move(results)}};
}

Response unknown_metric(const Request& request, std::size_t position, const Names& known)
{
    return refusal(
        request.host, 100, std::nullopt,
        fmt::format(
            "(#100) metric[{}] must be one of the following values: {}", position,
            fmt::join(known, ", ")));
}

} // namespace insightd::sandbox
