#include "collectors/graph/client.hpp"

#include "collectors/graph/answer.hpp"
#include "collectors/graph/flight.hpp"
#include "collectors/graph/host.hpp"
#include "collectors/graph/http_date.hpp"
#include "collectors/graph/transport.hpp"
#include "collectors/graph/url.hpp"

#include <charconv>
#include <utility>

namespace insightd::graph
{
namespace
{

constexpr int most_tries = 3;

/// Retry-After in its form of seconds; nothing for the other form, a date, which the platform does
/// not send.
std::optional<std::chrono::seconds> seconds_in(const std::string& header)
{
    std::int64_t seconds = 0;
    const auto* end = header.data() + header.size();
    const auto [stop, error] = std::from_chars(header.data(), end, seconds);
    const bool sound = error == std::errc{} && stop == end && seconds >= 0 && !header.empty();
    return sound ? std::optional{std::chrono::seconds{seconds}} : std::nullopt;
}

bool worth_another_try(FailureClass kind, Client::UnknownErrors unknown_errors)
{
    return kind == FailureClass::transient || kind == FailureClass::unreachable ||
           (kind == FailureClass::unknown_error &&
            unknown_errors == Client::UnknownErrors::tried_again);
}

} // namespace

Client::Client(
    Transport& transport, const config::Api& api, Identity identity, Pause pause,
    CallObserver observer, Permit* permit, Memory* memory)
    : transport_{transport}, api_{api}, identity_{std::move(identity)}, pause_{std::move(pause)},
      observer_{std::move(observer)}, permit_{permit}, memory_{memory},
      gathering_{std::make_shared<Gathering>(
          api.batch, [this](Gathering::Round round) { return try_round(std::move(round)); })}
{
}

const HostTraits& Client::traits() const
{
    return traits_of(identity_.login);
}

const std::string& Client::host_url() const
{
    return api_.graph_url.*traits().url;
}

std::optional<std::string> Client::proof() const
{
    if (!traits().takes_proof || !identity_.app_secret)
        return std::nullopt;
    return appsecret_proof(*identity_.app_secret, identity_.token);
}

boost::asio::awaitable<Outcome<Reply>> Client::get(Request request, UnknownErrors unknown_errors)
{
    for (int attempt = 1;; ++attempt) {
        auto reply = co_await try_once(request, attempt);
        if (reply || attempt == most_tries ||
            !worth_another_try(reply.error().kind, unknown_errors))
            co_return reply;
        co_await pause_(attempt);
    }
}

boost::asio::awaitable<Outcome<Reply>> Client::get_once(Request request)
{
    co_return co_await try_alone(request);
}

boost::asio::awaitable<Outcome<Reply>> Client::try_once(Request request, int attempt)
{
    if (gathering_->is_open())
        co_return co_await gathering_->ask(std::move(request), attempt == most_tries);
    co_return co_await try_alone(request);
}

boost::asio::awaitable<Outcome<Reply>> Client::try_alone(const Request& request)
{
    Flight flight{permit_};
    if (const auto refusal = flight.depart())
        co_return held_back(*refusal);
    co_return co_await send(request, flight.endings.front());
}

HttpRequest Client::http_request(const Request& request) const
{
    const bool in_query = api_.token_transport == config::TokenTransport::query;
    auto params = request.params;
    if (in_query)
        params.emplace_back("access_token", identity_.token.reveal());
    if (auto shown = proof())
        params.emplace_back("appsecret_proof", std::move(*shown));
    return {
        url_of(host_url() + "/" + api_.version, request.path, params),
        in_query ? std::nullopt : std::optional{identity_.token}};
}

boost::asio::awaitable<Outcome<Reply>> Client::send(const Request& request, Ending& ending)
{
    ++calls_;
    auto sent = http_request(request);
    sent.permit = permit_;
    const auto url = observer_ ? redacted(sent.url) : std::string{};
    const auto answer = co_await transport_.send(std::move(sent));
    observe(url, answer);
    co_return take(answer, ending);
}

void Client::observe(const std::string& url, const Outcome<HttpReply>& answer) const
{
    if (observer_)
        observer_({url, answer ? answer->status : 0});
}

/// What became of a call, which is counted already.
Outcome<Reply> Client::take(const Outcome<HttpReply>& answer, Ending& ending)
{
    ending.was_called_back = !answer && answer.error().kind == FailureClass::held_back;
    if (ending.was_called_back)
        --calls_; // it was none
    if (!answer) {
        ending.failure = answer.error().kind;
        return answer.error();
    }
    host_ = {answer->api_version, parse_http_date(answer->date)};
    usage_ = parse_usage(answer->app_usage, answer->business_usage);
    auto reply = read(*answer);
    ending = {true, false, usage_, std::nullopt, usage_.regain_after};
    if (reply)
        return reply;
    auto failure = reply.error();
    ending.failure = failure.kind;
    ending.regain_after = failure.regain_after;
    erase_secrets(failure);
    return failure;
}

void Client::erase_secrets(Failure& failure) const
{
    erase_secret(failure.message, identity_.token);
    if (const auto shown = proof())
        erase_secret(failure.message, config::Secret{*shown});
}

Outcome<Reply> Client::read(const HttpReply& answer) const
{
    auto body = body_of(answer);
    if (body)
        return Reply{std::move(*body), usage_};
    auto failure = body.error();
    failure.regain_after = told_wait(answer);
    return failure;
}

/// How long the newest answer says to wait.
std::optional<std::chrono::seconds> Client::told_wait(const HttpReply& answer) const
{
    return usage_.regain_after ? usage_.regain_after : seconds_in(answer.retry_after);
}

} // namespace insightd::graph
