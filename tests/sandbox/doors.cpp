#include "tests/sandbox/login.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

// Which path leads where.
namespace insightd::sandbox
{
namespace
{

/// The windows are of www.* hosts, which have no listener of their own: both open them.
struct Door {
    std::optional<Host> host; ///< nothing: both
    std::string_view method;
    std::string_view path;
    bool takes_version;
    Response (*answer)(const Visit&);
};

// clang-format off
constexpr std::array doors{
    Door{std::nullopt, "GET", "oauth/authorize", false, authorize_instagram},
    Door{std::nullopt, "GET", "dialog/oauth", true, authorize_facebook},
    Door{Host::instagram, "POST", "oauth/access_token", false, code_exchange_instagram},
    Door{Host::instagram, "GET", "access_token", false, long_lived_instagram},
    Door{Host::instagram, "GET", "refresh_access_token", false, refresh_instagram},
    Door{Host::facebook, "GET", "oauth/access_token", true, access_token_facebook},
    Door{Host::facebook, "GET", "debug_token", true, debug_token},
};
// clang-format on

bool leads_to(const Door& door, Host host, bool has_version, const std::string& path)
{
    return door.path == path && (!door.host || door.host == host) &&
           (door.takes_version || !has_version);
}

} // namespace

std::optional<Response> login_answer(const Visit& visit)
{
    const auto& request = visit.request;
    const auto asked = path_of(request);
    const auto path = fmt::format("{}", fmt::join(asked.parts, "/"));
    const auto* const door = std::find_if(doors.begin(), doors.end(), [&](const Door& candidate) {
        return leads_to(candidate, request.host, asked.has_version, path);
    });
    if (door == doors.end())
        return std::nullopt;
    if (door->method != request.method)
        return refusal(
            request.host, 100, std::nullopt, "Unsupported " + request.method + " request");
    return door->answer(visit);
}

Response login_refusal(const std::string& message)
{
    return {
        400,
        json::serialize(json::object{
            {"error_type", "OAuthException"}, {"code", 400}, {"error_message", message}}),
        {}};
}

} // namespace insightd::sandbox
