#include "tests/sandbox/fields.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

// What is broadcast at this instant. Source: Meta's page ig-user/live_media.
namespace insightd::sandbox
{
namespace
{

struct LiveField {
    std::string_view name;
    json::value (*value)(const Call&, const Broadcast&);
};

constexpr std::array live_table{
    LiveField{
        "id",
        [](const Call&, const Broadcast& live) { return json::value(std::to_string(live.id)); }},
    LiveField{"media_type", [](const Call&, const Broadcast&) { return json::value("BROADCAST"); }},
    LiveField{
        "media_product_type", [](const Call&, const Broadcast&) { return json::value("LIVE"); }},
    LiveField{
        "timestamp",
        [](const Call&, const Broadcast& live) { return json::value(timestamp(live.from)); }},
    LiveField{
        "permalink",
        [](const Call&, const Broadcast& live) {
            return json::value(fmt::format("https://www.instagram.com/p/L{:x}/", live.id));
        }},
    LiveField{
        "username",
        [](const Call& call, const Broadcast&) {
            return json::value(call.world.accounts()[call.account].username);
        }},
    LiveField{
        "owner",
        [](const Call& call, const Broadcast&) {
            return json::value(
                json::object{{"id", std::to_string(call.world.accounts()[call.account].user_id)}});
        }},
    LiveField{"like_count", [](const Call&, const Broadcast&) { return json::value(7); }},
    LiveField{
        "comments_count",
        [](const Call& call, const Broadcast& live) {
            return json::value(World::live_comments(live, call.now));
        }},
    LiveField{
        "current_live_viewer_count",
        [](const Call& call, const Broadcast& live) {
            return json::value(World::live_viewers(live, call.now));
        }},
};

/// The first that is not served.
std::optional<std::string> unknown_in(const Call& call, const std::vector<std::string>& fields)
{
    for (const auto& name : fields)
        if (std::ranges::find(live_table, name, &LiveField::name) == live_table.end() ||
            (name == "current_live_viewer_count" && call.faults.no_live_viewers))
            return name;
    return std::nullopt;
}

json::object row_of(const Call& call, const Broadcast& live, const std::vector<std::string>& fields)
{
    json::object row{{"id", std::to_string(live.id)}};
    for (const auto& name : fields)
        row[name] = std::ranges::find(live_table, name, &LiveField::name)->value(call, live);
    return row;
}

} // namespace

Response live_media(const Call& call)
{
    const auto fields = fields_of(call.request);
    if (auto refused = duplicate_field(call.request.host, fields))
        return *refused;
    if (const auto unknown = unknown_in(call, fields))
        return nonexisting_field(call.request.host, *unknown);
    json::array rows;
    for (const auto& live : call.world.on_air(call.account, call.now))
        rows.push_back(row_of(call, live, fields));
    return answer_of(json::object{{"data", std::move(rows)}});
}

} // namespace insightd::sandbox
