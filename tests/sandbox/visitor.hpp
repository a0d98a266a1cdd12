#pragma once

#include "tests/sandbox/api.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace insightd::sandbox
{

using namespace std::chrono_literals;

inline const Instant start_of_time = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

/// Goes through logins as a client would, on a clock that the test moves.
class Visitor : public ::testing::Test
{
protected:
    static constexpr std::size_t instagram_account = 0;
    static constexpr std::size_t facebook_account = 1;
    static constexpr const char* redirect_uri = "http://127.0.0.1:8400/callback";

    explicit Visitor(std::vector<AccountSpec> accounts = three_accounts())
        : world{options(), std::move(accounts)}, api{world, faults}
    {
    }

    static World::Options options()
    {
        World::Options options;
        options.start = start_of_time;
        return options;
    }

    /// The body; its status and headers are kept.
    json::value get(Host host, const std::string& path, Params params)
    {
        return answer({host, "GET", path, std::move(params)});
    }

    json::value post(const std::string& path, Params form)
    {
        return answer({Host::instagram, "POST", path, {}, std::move(form)});
    }

    /// Where the window sends the browser.
    std::string window(Host host, const Params& changes = {})
    {
        const bool instagram = host == Host::instagram;
        Params params{
            {"client_id", api.apps().of(host).id},
            {"redirect_uri", redirect_uri},
            {"response_type", "code"},
            {"state", "a b"},
            {"scope", instagram ? "instagram_business_basic,instagram_business_manage_insights"
                                : "instagram_basic,instagram_manage_insights,pages_show_list,"
                                  "pages_read_engagement"}};
        for (const auto& [name, value] : changes)
            params[name] = value;
        get(host, instagram ? "/oauth/authorize" : "/v24.0/dialog/oauth", std::move(params));
        return last.status == 302 ? last.headers.at("location") : "";
    }

    static std::string code_in(const std::string& location)
    {
        const auto begin = location.find("code=") + 5;
        return location.substr(begin, location.find_first_of("&#", begin) - begin);
    }

    json::value exchange_code(const std::string& code, const Params& changes = {})
    {
        Params form{
            {"client_id", api.apps().instagram.id},
            {"client_secret", api.apps().instagram.secret},
            {"grant_type", "authorization_code"},
            {"redirect_uri", redirect_uri},
            {"code", code}};
        for (const auto& [name, value] : changes)
            form[name] = value;
        return post("/oauth/access_token", std::move(form));
    }

    json::value facebook_access_token(const Params& changes)
    {
        Params params{
            {"client_id", api.apps().facebook.id}, {"client_secret", api.apps().facebook.secret}};
        for (const auto& [name, value] : changes)
            params[name] = value;
        return get(Host::facebook, "/v24.0/oauth/access_token", std::move(params));
    }

    std::string short_lived(Host host, const Params& changes = {})
    {
        const auto code = code_in(window(host, changes));
        if (host == Host::instagram)
            return text(exchange_code(code).at("data").at(0).at("access_token"));
        const auto body = facebook_access_token({{"code", code}, {"redirect_uri", redirect_uri}});
        return text(body.at("access_token"));
    }

    json::value lengthen(const std::string& token)
    {
        return get(
            Host::instagram, "/access_token",
            {{"grant_type", "ig_exchange_token"},
             {"client_secret", api.apps().instagram.secret},
             {"access_token", token}});
    }

    json::value refresh(const std::string& token)
    {
        return get(
            Host::instagram, "/refresh_access_token",
            {{"grant_type", "ig_refresh_token"}, {"access_token", token}});
    }

    json::value exchange_facebook(const std::string& token, Params changes = {})
    {
        changes.insert({{"grant_type", "fb_exchange_token"}, {"fb_exchange_token", token}});
        return facebook_access_token(changes);
    }

    std::string long_lived(Host host, const Params& changes = {})
    {
        const auto token = short_lived(host, changes);
        return text((host == Host::instagram ? lengthen(token) : exchange_facebook(token))
                        .at("access_token"));
    }

    /// What a call with the token is refused for: {code, subcode}; zeros if it is not.
    std::pair<std::int64_t, std::int64_t>
    refusal_of(Host host, const std::string& token, const std::string& edge = "")
    {
        const auto account = host == Host::instagram ? instagram_account : facebook_account;
        const auto user = std::to_string(world.accounts()[account].user_id);
        Params params{{"access_token", token}};
        if (edge == "/insights")
            params.insert({{"metric", "views"}, {"period", "day"}, {"metric_type", "total_value"}});
        return codes(get(host, "/v24.0/" + user + edge, std::move(params)));
    }

    static std::pair<std::int64_t, std::int64_t> codes(const json::value& body)
    {
        const auto* error = body.as_object().if_contains("error");
        if (error == nullptr)
            return {};
        const auto* subcode = error->as_object().if_contains("error_subcode");
        return {error->at("code").as_int64(), subcode != nullptr ? subcode->as_int64() : 0};
    }

    static std::string message(const json::value& body)
    {
        const auto* error = body.as_object().if_contains("error");
        return text(error != nullptr ? error->at("message") : body.at("error_message"));
    }

    static std::string text(const json::value& value) { return std::string{value.as_string()}; }

    json::value answer(const Request& request)
    {
        last = api.answer(request, now);
        return last.body.empty() ? json::value{} : json::parse(last.body);
    }

    Faults faults;
    World world;
    Api api;
    Instant now = start_of_time;
    Response last;
};

} // namespace insightd::sandbox
