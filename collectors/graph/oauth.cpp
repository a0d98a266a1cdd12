#include "collectors/graph/oauth.hpp"

#include "collectors/graph/answer.hpp"
#include "collectors/graph/transport.hpp"
#include "collectors/graph/url.hpp"

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;
namespace json = boost::json;

constexpr int most_tries = 3;

bool worth_another_try(FailureClass kind)
{
    return kind == FailureClass::transient || kind == FailureClass::unknown_error ||
           kind == FailureClass::unreachable;
}

template <class Decoded>
Outcome<Decoded>
decoded(const Outcome<json::value>& body, Outcome<Decoded> (*decode)(const json::value&))
{
    if (!body)
        return body.error();
    return decode(*body);
}

} // namespace

OAuth::OAuth(
    Transport& transport, const config::Api& api, config::Login login, config::Secret app_secret,
    Pause pause)
    : transport_{transport}, api_{api}, login_{login},
      app_secret_{std::move(app_secret)}, pause_{std::move(pause)}
{
}

asio::awaitable<Outcome<Grant>> OAuth::exchange_code(config::Secret code, std::string redirect_uri)
{
    Parameters params{
        {"client_id", config::app_of(api_, login_).id},
        {"client_secret", app_secret_.reveal()},
        {"redirect_uri", std::move(redirect_uri)},
        {"code", code.reveal()}};
    if (login_ == config::Login::facebook) {
        auto url = url_of(api_.graph_url.facebook, api_.version + "/oauth/access_token", params);
        co_return decoded(
            co_await call(std::move(url), std::nullopt, std::move(params)), decode_grant);
    }
    params.emplace_back("grant_type", "authorization_code");
    config::Secret form{form_of(params)};
    co_return decoded(
        co_await call(api_.code_url + "/oauth/access_token", std::move(form), std::move(params)),
        decode_grant);
}

asio::awaitable<Outcome<Grant>> OAuth::long_lived(config::Secret short_lived)
{
    Parameters params;
    if (login_ == config::Login::facebook) {
        params = {
            {"grant_type", "fb_exchange_token"},
            {"client_id", config::app_of(api_, login_).id},
            {"client_secret", app_secret_.reveal()},
            {"fb_exchange_token", short_lived.reveal()}};
        co_return decoded(
            co_await get(
                api_.graph_url.facebook, api_.version + "/oauth/access_token", std::move(params)),
            decode_grant);
    }
    params = {
        {"grant_type", "ig_exchange_token"},
        {"client_secret", app_secret_.reveal()},
        {"access_token", short_lived.reveal()}};
    co_return decoded(
        co_await get(api_.graph_url.instagram, "access_token", std::move(params)), decode_grant);
}

asio::awaitable<Outcome<Grant>> OAuth::refreshed(config::Secret long_lived)
{
    if (login_ == config::Login::facebook) // there is no refresh: it is exchanged anew
        co_return co_await this->long_lived(std::move(long_lived));
    Parameters params{{"grant_type", "ig_refresh_token"}, {"access_token", long_lived.reveal()}};
    co_return decoded(
        co_await get(api_.graph_url.instagram, "refresh_access_token", std::move(params)),
        decode_grant);
}

asio::awaitable<Outcome<TokenReport>> OAuth::inspect(config::Secret token)
{
    const auto app = config::app_of(api_, login_).id + "|" + app_secret_.reveal();
    Parameters params{{"input_token", token.reveal()}, {"access_token", app}};
    auto report = decoded(
        co_await get(api_.graph_url.facebook, api_.version + "/debug_token", std::move(params)),
        decode_token_report);
    if (report) // it quotes what is wrong with the token
        erase_secret(report->error, token);
    co_return report;
}

asio::awaitable<Outcome<json::value>>
OAuth::get(std::string base, std::string path, Parameters params)
{
    const auto url = url_of(base, path, params);
    for (int attempt = 1;; ++attempt) {
        auto body = co_await call(url, std::nullopt, params);
        if (body || attempt == most_tries || !worth_another_try(body.error().kind))
            co_return body;
        co_await pause_(attempt);
    }
}

asio::awaitable<Outcome<json::value>>
OAuth::call(std::string url, std::optional<config::Secret> form, Parameters secrets)
{
    HttpRequest request{std::move(url), std::nullopt, std::move(form)};
    auto answer = co_await transport_.send(std::move(request));
    auto body = answer ? body_of(*answer) : Outcome<json::value>{answer.error()};
    if (body)
        co_return body;
    auto failure = body.error();
    erase_secret(failure.message, app_secret_);
    for (const auto& [name, value] : secrets)
        if (is_secret_parameter(name))
            erase_secret(failure.message, config::Secret{value});
    co_return failure;
}

} // namespace insightd::graph
