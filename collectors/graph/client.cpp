#include "collectors/graph/client.hpp"

#include "collectors/graph/answer.hpp"
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

/// A call under way: whatever cuts it off, the permit is told of its end.
class Flight
{
public:
    explicit Flight(Permit* permit) : permit_{permit} {}
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight()
    {
        if (permit_ != nullptr)
            permit_->ended(ending);
    }

    Ending ending;

private:
    Permit* permit_;
};

bool worth_another_try(FailureClass kind, Client::UnknownErrors unknown_errors)
{
    return kind == FailureClass::transient || kind == FailureClass::unreachable ||
           (kind == FailureClass::unknown_error &&
            unknown_errors == Client::UnknownErrors::tried_again);
}

} // namespace

Client::Client(
    Transport& transport, const config::Api& api, Identity identity, Pause pause,
    CallObserver observer, Permit* permit)
    : transport_{transport}, api_{api}, identity_{std::move(identity)}, pause_{std::move(pause)},
      observer_{std::move(observer)}, permit_{permit}
{
}

boost::asio::awaitable<Outcome<Reply>> Client::get(Request request, UnknownErrors unknown_errors)
{
    for (int attempt = 1;; ++attempt) {
        auto reply = co_await try_once(request);
        if (reply || attempt == most_tries ||
            !worth_another_try(reply.error().kind, unknown_errors))
            co_return reply;
        co_await pause_(attempt);
    }
}

HttpRequest Client::http_request(const Request& request) const
{
    const bool facebook = identity_.login == config::Login::facebook;
    const bool in_query = api_.token_transport == config::TokenTransport::query;
    auto params = request.params;
    if (in_query)
        params.emplace_back("access_token", identity_.token.reveal());
    if (facebook && identity_.app_secret)
        params.emplace_back(
            "appsecret_proof", appsecret_proof(*identity_.app_secret, identity_.token));
    const auto& host = facebook ? api_.graph_url.facebook : api_.graph_url.instagram;
    return {
        url_of(host + "/" + api_.version, request.path, params),
        in_query ? std::nullopt : std::optional{identity_.token}};
}

boost::asio::awaitable<Outcome<Reply>> Client::try_once(const Request& request)
{
    if (const auto refusal = permit_ != nullptr ? permit_->depart() : std::nullopt)
        co_return held_back(*refusal);
    Flight flight{permit_};
    co_return co_await send(request, flight.ending);
}

boost::asio::awaitable<Outcome<Reply>> Client::send(const Request& request, Ending& ending)
{
    ++calls_;
    auto sent = http_request(request);
    sent.permit = permit_;
    const auto shown = observer_ ? redacted(sent.url) : std::string{};
    auto answer = co_await transport_.send(std::move(sent));
    if (observer_)
        observer_({shown, answer ? answer->status : 0});
    ending.was_called_back = !answer && answer.error().kind == FailureClass::held_back;
    if (ending.was_called_back)
        --calls_; // it was none
    if (!answer)
        co_return answer.error();
    host_ = {answer->api_version, parse_http_date(answer->date)};
    usage_ = parse_usage(answer->app_usage, answer->business_usage);
    auto reply = read(*answer);
    ending = {true, false, usage_, std::nullopt, usage_.regain_after};
    if (reply)
        co_return reply;
    auto failure = reply.error();
    ending.failure = failure.kind;
    ending.regain_after = failure.regain_after;
    erase_secret(failure.message, identity_.token);
    if (identity_.app_secret)
        erase_secret(
            failure.message,
            config::Secret{appsecret_proof(*identity_.app_secret, identity_.token)});
    co_return failure;
}

Outcome<Reply> Client::read(const HttpReply& answer) const
{
    auto body = body_of(answer);
    if (body)
        return Reply{std::move(*body), usage_};
    auto failure = body.error();
    failure.regain_after = usage_.regain_after;
    if (!failure.regain_after)
        failure.regain_after = seconds_in(answer.retry_after);
    return failure;
}

} // namespace insightd::graph
