#include "tests/sandbox/login.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

// The windows where users log in, or do not. Source: graph-api.md section 2.1.
namespace insightd::sandbox
{
namespace
{

bool is_registered(const LoginSwitches& login, const std::string& uri)
{
    static const std::regex loopback{
        R"(https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^#]*)?)"};
    return login.redirect_uris.empty() ? std::regex_match(uri, loopback)
                                       : contains(login.redirect_uris, uri);
}

bool is_flag(const std::string& text)
{
    return contains({"", "0", "1", "true", "false"}, text);
}

std::string wrong_scope(const Visit& visit, Host host)
{
    const auto scopes = scopes_in(visit.request.param("scope"));
    if (scopes.empty() && host == Host::instagram)
        return "Missing scope";
    for (const auto& scope : scopes)
        if (!contains(known_scopes(host), scope))
            return "Invalid Scopes: " + scope;
    return {};
}

/// What the window refuses to open for; empty if it opens.
std::string wrong_with(const Visit& visit, Host host)
{
    const auto& request = visit.request;
    if (request.param("client_id") != visit.apps.of(host).id)
        return "Invalid platform app";
    if (!is_registered(visit.faults.login, request.param("redirect_uri")))
        return "Invalid redirect_uri";
    const auto type = request.param("response_type");
    if (type != "code" && !(type.empty() && host == Host::facebook))
        return "Invalid response_type";
    for (const auto* flag : {"force_reauth", "enable_fb_login", "force_authentication"})
        if (!is_flag(request.param(flag)))
            return std::string{"Invalid "} + flag;
    return wrong_scope(visit, host);
}

/// The switch's account; the first one without it.
std::optional<std::size_t> who_logs_in(const Visit& visit, Host host)
{
    const auto& name = visit.faults.login.logs_in;
    const auto& accounts = visit.world.accounts();
    const auto found = std::ranges::find_if(accounts, [&](const AccountSpec& account) {
        return account.host == host && (name.empty() || account.username == name);
    });
    if (found == accounts.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - accounts.begin());
}

/// What was asked for and not unticked; Facebook's own profile cannot be.
Scopes granted_scopes(const Visit& visit, Host host)
{
    Scopes granted;
    if (host == Host::facebook)
        granted.emplace_back("public_profile");
    for (const auto& scope : scopes_in(visit.request.param("scope")))
        if (!contains(granted, scope) && !contains(visit.faults.login.withheld, scope))
            granted.push_back(scope);
    return granted;
}

/// The fragment is of the platforms' making: browsers do not send it, pasted addresses have it.
Response back_to_the_app(const Visit& visit, Host host, const std::string& query)
{
    const auto uri = visit.request.param("redirect_uri");
    const auto state = visit.request.param("state");
    const auto location = fmt::format(
        "{}{}{}{}{}", uri, uri.find('?') == std::string::npos ? "?" : "&", query,
        state.empty() ? "" : "&state=" + form_escaped(state),
        host == Host::instagram ? "#_" : "#_=_");
    return {302, "", {{"location", location}, {"content-type", "text/html; charset=utf-8"}}};
}

Response decide(const Visit& visit, Host host)
{
    if (visit.faults.login.cancels)
        return back_to_the_app(
            visit, host,
            fmt::format(
                "error=access_denied&error_reason=user_denied&error_description={}",
                host == Host::instagram ? "The+user+denied+your+request" : "Permissions+error"));
    const auto account = who_logs_in(visit, host);
    if (!account)
        return refusal(
            host, 1, std::nullopt, "The sandbox has nobody of that name to log in here", 500);
    Code code;
    code.account = *account;
    code.host = host;
    code.scopes = granted_scopes(visit, host);
    code.redirect_uri = visit.request.param("redirect_uri");
    code.issued_at = visit.now;
    return back_to_the_app(visit, host, "code=" + visit.office.open_code(std::move(code)));
}

} // namespace

Response authorize_instagram(const Visit& visit)
{
    const auto wrong = wrong_with(visit, Host::instagram);
    return wrong.empty() ? decide(visit, Host::instagram) : login_refusal(wrong);
}

Response authorize_facebook(const Visit& visit)
{
    const auto wrong = wrong_with(visit, Host::facebook);
    return wrong.empty() ? decide(visit, Host::facebook)
                         : refusal(Host::facebook, 100, std::nullopt, wrong);
}

} // namespace insightd::sandbox
