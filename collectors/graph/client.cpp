#include "collectors/graph/client.hpp"

#include "collectors/graph/http_date.hpp"
#include "collectors/graph/transport.hpp"
#include "collectors/graph/url.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

constexpr int most_tries = 3;
constexpr std::size_t deepest_json = 32;

std::string text_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string().c_str()}
                                                  : std::string{};
}

int decimal(std::string_view text)
{
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size() ? value : 0;
}

/// 0 where there is none: no code of the platform. Codes come as decimal strings as well.
int number_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    const auto* number = value != nullptr ? value->if_int64() : nullptr;
    if (number != nullptr)
        return std::in_range<int>(*number) ? static_cast<int>(*number) : 0;
    return decimal(text_at(object, name));
}

bool flag_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

/// What the platform says to people, where `message` alone says little ("Invalid parameter").
std::string words_of(const json::object& error)
{
    auto words = text_at(error, "message");
    for (const auto* name : {"error_user_title", "error_user_msg"}) {
        const auto more = text_at(error, name);
        if (!more.empty() && words.find(more) == std::string::npos)
            words += (words.empty() ? "" : ": ") + more;
    }
    return words;
}

/// The failure in a body of either shape; nothing if it holds none.
/// Source: graph-api.md section 2.1, "Error bodies".
std::optional<Failure> failure_in(const json::value& body, int status)
{
    const auto* object = body.if_object();
    if (object == nullptr)
        return std::nullopt;
    Failure failure;
    failure.http_status = status;
    bool is_transient = false;
    const auto* nested = object->if_contains("error");
    if (const auto* error = nested != nullptr ? nested->if_object() : nullptr) {
        failure.code = number_at(*error, "code");
        failure.subcode = number_at(*error, "error_subcode");
        failure.message = words_of(*error);
        failure.trace_id = text_at(*error, "fbtrace_id");
        is_transient = flag_at(*error, "is_transient");
    } else if (nested != nullptr || object->contains("error_type")) {
        failure.message = text_at(*object, "error_message");
        if (failure.message.empty() && nested != nullptr)
            failure.message = json::serialize(*nested);
    } else {
        return std::nullopt;
    }
    failure.kind = classify(status, failure.code, failure.subcode, is_transient, failure.message);
    return failure;
}

Failure without_json(const HttpReply& reply, const boost::system::error_code& error)
{
    Failure failure;
    failure.http_status = reply.status;
    failure.kind = classify(reply.status, 0, 0, false, "");
    failure.message = reply.body.empty() ? "an answer without a body"
                                         : "an answer that is not JSON: " + error.message();
    return failure;
}

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

bool worth_another_try(FailureClass kind)
{
    return kind == FailureClass::transient || kind == FailureClass::unreachable;
}

/// The platform may quote what it was sent; a token must not come back in a message.
void erase_secret(std::string& text, const config::Secret& secret)
{
    if (secret.empty())
        return;
    for (auto at = text.find(secret.reveal()); at != std::string::npos;
         at = text.find(secret.reveal(), at))
        text.replace(at, secret.reveal().size(), "***");
}

} // namespace

Client::Client(Transport& transport, const config::Api& api, Identity identity, Pause pause)
    : transport_{transport}, api_{api}, identity_{std::move(identity)}, pause_{std::move(pause)}
{
}

boost::asio::awaitable<Outcome<Reply>> Client::get(Request request)
{
    for (int attempt = 1;; ++attempt) {
        auto reply = co_await try_once(request);
        if (reply || attempt == most_tries || !worth_another_try(reply.error().kind))
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
    ++calls_;
    auto sent = http_request(request);
    auto answer = co_await transport_.get(std::move(sent));
    if (!answer)
        co_return answer.error();
    host_ = {answer->api_version, parse_http_date(answer->date)};
    usage_ = parse_usage(answer->app_usage, answer->business_usage);
    auto reply = read(*answer);
    if (reply)
        co_return reply;
    auto failure = reply.error();
    erase_secret(failure.message, identity_.token);
    co_return failure;
}

Outcome<Reply> Client::read(const HttpReply& answer) const
{
    json::parse_options options;
    options.max_depth = deepest_json;
    boost::system::error_code error;
    // One arena for the whole answer: it is read, decoded and dropped as one.
    auto body = json::parse(
        {answer.body.data(), answer.body.size()}, error,
        json::make_shared_resource<json::monotonic_resource>(), options);
    auto failure =
        error ? std::optional{without_json(answer, error)} : failure_in(body, answer.status);
    if (!failure && answer.status >= 300) {
        failure.emplace();
        failure->http_status = answer.status;
        failure->kind = classify(answer.status, 0, 0, false, "");
        failure->message = "a refusal without an error in its body";
    }
    if (!failure)
        return Reply{std::move(body), usage_};
    failure->regain_after = usage_.regain_after;
    if (!failure->regain_after)
        failure->regain_after = seconds_in(answer.retry_after);
    return *failure;
}

} // namespace insightd::graph
