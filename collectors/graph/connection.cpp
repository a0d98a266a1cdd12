#include "collectors/graph/connection.hpp"

#include "collectors/graph/gzip.hpp"
#include "collectors/graph/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t largest_header = 64 * 1024;
constexpr auto user_agent = "insightd";

Failure unreachable(const Endpoint& endpoint, const char* step, error_code error, const char* mend)
{
    Failure failure;
    failure.kind = FailureClass::unreachable;
    failure.message = fmt::format(
        "{} {}: {}{}", step, endpoint.key(),
        error == beast::error::timeout ? "no answer in time" : error.message(), mend);
    return failure;
}

Failure malformed(const Endpoint& endpoint, std::string_view what)
{
    Failure failure;
    failure.kind = FailureClass::malformed;
    failure.message = fmt::format("{} answered {}", endpoint.key(), what);
    return failure;
}

http::request<http::string_body> message_for(const Endpoint& endpoint, const HttpRequest& request)
{
    const auto verb = request.form ? http::verb::post : http::verb::get;
    http::request<http::string_body> message{verb, endpoint.target, 11};
    const bool bracketed = endpoint.host.find(':') != std::string::npos;
    const bool usual_port = endpoint.port == (endpoint.tls ? "443" : "80");
    message.set(
        http::field::host, (bracketed ? "[" + endpoint.host + "]" : endpoint.host) +
                               (usual_port ? "" : ":" + endpoint.port));
    message.set(http::field::user_agent, user_agent);
    message.set(http::field::accept, "application/json");
    message.set(http::field::accept_encoding, "gzip");
    if (request.bearer_token)
        message.set(http::field::authorization, "Bearer " + request.bearer_token->reveal());
    if (request.form) {
        message.set(http::field::content_type, "application/x-www-form-urlencoded");
        message.body() = request.form->reveal();
        message.prepare_payload();
    }
    return message;
}

std::string header(const http::response<http::string_body>& response, std::string_view name)
{
    const auto value = response[{name.data(), name.size()}];
    return {value.data(), value.size()};
}

/// Names of codings are case-insensitive, and x-gzip is the old name. Source: RFC 9110
/// section 8.4.1.
bool is_gzip(const std::string& coding)
{
    return beast::iequals(coding, "gzip") || beast::iequals(coding, "x-gzip");
}

Outcome<HttpReply>
reply_of(const Endpoint& endpoint, http::response<http::string_body> response, std::size_t most)
{
    HttpReply reply;
    reply.status = response.result_int();
    reply.app_usage = header(response, "x-app-usage");
    reply.business_usage = header(response, "x-business-use-case-usage");
    reply.api_version = header(response, "facebook-api-version");
    reply.retry_after = header(response, "retry-after");
    reply.date = header(response, "date");
    if (reply.status >= 300 && reply.status < 400)
        return malformed(
            endpoint, "a redirect, which a token must not follow: check api.graph_url");
    if (!is_gzip(header(response, "content-encoding"))) {
        reply.body = std::move(response.body());
        return reply;
    }
    auto body = unpacked(response.body(), most);
    if (!body)
        return malformed(endpoint, body.error().message);
    reply.body = std::move(*body);
    return reply;
}

/// What is wrong with an answer that could not be read: the other side's fault or the way's.
Failure unread(const Endpoint& endpoint, error_code error)
{
    if (error == http::error::body_limit)
        return malformed(endpoint, "a body that is larger than is allowed");
    if (error == http::error::header_limit || error == http::error::bad_version ||
        error.category() == make_error_code(http::error::bad_field).category())
        if (error != http::error::end_of_stream && error != http::error::partial_message)
            return malformed(endpoint, error.message());
    return unreachable(endpoint, "reading from", error, ": check the network and api.timeout");
}

template <class Stream> class StreamConnection final : public Connection
{
public:
    StreamConnection(Stream stream, const Transport::Limits& limits)
        : stream_{std::move(stream)}, limits_{limits}
    {
    }

    asio::awaitable<Exchange>
    exchange(const Endpoint& endpoint, const HttpRequest& request) override
    {
        const auto message = message_for(endpoint, request);
        http::response_parser<http::string_body> parser;
        parser.body_limit(limits_.max_body);
        parser.header_limit(largest_header);
        beast::get_lowest_layer(stream_).expires_after(limits_.timeout);
        auto [error, bytes] = co_await http::async_write(stream_, message, quietly);
        if (!error)
            std::tie(error, bytes) = co_await http::async_read(stream_, buffer_, parser, quietly);
        buffer_.shrink_to_fit(); // one that waits for its next request holds no room
        used_at = std::chrono::steady_clock::now();
        if (error)
            co_return Exchange{
                unread(endpoint, error), false,
                !parser.got_some() && error != beast::error::timeout};
        const bool reusable = parser.keep_alive();
        co_return Exchange{reply_of(endpoint, parser.release(), limits_.max_body), reusable, false};
    }

    Stream& stream() { return stream_; }

private:
    Stream stream_;
    const Transport::Limits& limits_;
    beast::flat_buffer buffer_;
};

using Plain = StreamConnection<beast::tcp_stream>;
using Tls = StreamConnection<beast::ssl_stream<beast::tcp_stream>>;

error_code prepare_name(beast::ssl_stream<beast::tcp_stream>& stream, const std::string& host)
{
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification{host});
    error_code literal;
    asio::ip::make_address(host, literal);
    // A server name may not be an address (RFC 6066 section 3).
    if (literal && SSL_set_tlsext_host_name(stream.native_handle(), host.c_str()) != 1)
        return {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
    return {};
}

asio::awaitable<Outcome<std::unique_ptr<Connection>>> shake_hands(
    beast::tcp_stream plain, asio::ssl::context& tls, const Endpoint& endpoint,
    const Transport::Limits& limits)
{
    beast::ssl_stream<beast::tcp_stream> stream{std::move(plain), tls};
    if (const auto error = prepare_name(stream, endpoint.host))
        co_return unreachable(endpoint, "preparing TLS for", error, "");
    beast::get_lowest_layer(stream).expires_after(limits.timeout);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, quietly);
    if (error)
        co_return unreachable(
            endpoint, "TLS handshake with", error,
            ": check api.graph_url, and api.ca_file if a proxy of yours answers");
    std::unique_ptr<Connection> connection = std::make_unique<Tls>(std::move(stream), limits);
    co_return connection;
}

} // namespace

asio::awaitable<Outcome<std::unique_ptr<Connection>>> connect(
    asio::any_io_executor loop, asio::ssl::context& tls, const Endpoint& endpoint,
    const Transport::Limits& limits)
{
    const auto [unresolved, addresses] =
        co_await resolve(loop, endpoint.host, endpoint.port, limits.timeout);
    if (unresolved)
        co_return unreachable(
            endpoint, "looking up", unresolved, ": check the network and api.graph_url");
    beast::tcp_stream stream{loop};
    stream.expires_after(limits.timeout);
    const auto [refused, address] = co_await stream.async_connect(addresses, quietly);
    if (refused)
        co_return unreachable(
            endpoint, "connecting to", refused, ": check the network and api.graph_url");
    error_code ignored;
    stream.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    if (endpoint.tls)
        co_return co_await shake_hands(std::move(stream), tls, endpoint, limits);
    std::unique_ptr<Connection> connection = std::make_unique<Plain>(std::move(stream), limits);
    co_return connection;
}

} // namespace insightd::graph
