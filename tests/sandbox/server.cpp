#include "tests/sandbox/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <date/date.h>
#include <fmt/format.h>
#include <zlib.h>

#include <set>

namespace insightd::sandbox
{
namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t worth_packing = 1'024;

Request request_of(Host host, const http::request<http::string_body>& received)
{
    const std::string_view target{received.target().data(), received.target().size()};
    const auto mark = std::min(target.find('?'), target.size());
    Request request;
    request.host = host;
    request.method = std::string{received.method_string()};
    request.path = unescaped(target.substr(0, mark));
    request.params = url_encoded_fields(target.substr(std::min(mark + 1, target.size())));
    const std::string content_type{received[http::field::content_type]};
    request.form = form_fields(content_type, received.body());
    const std::string authorization{received[http::field::authorization]};
    if (authorization.starts_with("Bearer "))
        request.bearer = authorization.substr(7);
    return request;
}

std::string packed(const std::string& text)
{
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

std::string http_date(Instant now)
{
    return date::format("%a, %d %b %Y %H:%M:%S GMT", std::chrono::floor<std::chrono::seconds>(now));
}

http::response<http::string_body>
response_of(Response answer, const http::request<http::string_body>& received)
{
    http::response<http::string_body> response;
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    response.set(http::field::content_type, "application/json; charset=UTF-8");
    for (const auto& [name, value] : answer.headers)
        response.set(name, value);
    const bool takes_gzip =
        received[http::field::accept_encoding].find("gzip") != beast::string_view::npos;
    if (takes_gzip && answer.body.size() > worth_packing) {
        response.set(http::field::content_encoding, "gzip");
        answer.body = packed(answer.body);
    }
    response.body() = std::move(answer.body);
    response.keep_alive(received.keep_alive());
    response.prepare_payload();
    return response;
}

} // namespace

struct Server::Listeners : std::enable_shared_from_this<Server::Listeners> {
    Listeners(
        asio::any_io_executor loop, Api& the_api, std::function<Instant()> clock,
        unsigned short instagram_port, unsigned short facebook_port)
        : api{the_api}, now{std::move(clock)},
          instagram{loop, {asio::ip::address_v4::loopback(), instagram_port}},
          facebook{loop, {asio::ip::address_v4::loopback(), facebook_port}}
    {
    }

    static asio::awaitable<void> listen(std::shared_ptr<Listeners> self, Host host)
    {
        auto& acceptor = host == Host::instagram ? self->instagram : self->facebook;
        for (;;) {
            auto [error, socket] = co_await acceptor.async_accept(quietly);
            if (error)
                co_return;
            auto talk = converse(self, host, std::move(socket));
            asio::co_spawn(acceptor.get_executor(), std::move(talk), asio::detached);
        }
    }

    static asio::awaitable<void>
    converse(std::shared_ptr<Listeners> self, Host host, tcp::socket socket)
    {
        socket.set_option(tcp::no_delay{true});
        const auto port = socket.local_endpoint().port();
        const auto number = ++self->connections;
        beast::tcp_stream stream{std::move(socket)};
        self->open.insert(&stream);
        beast::flat_buffer buffer;
        std::uint64_t turn = 0;
        for (bool more = true; more;) {
            http::request<http::string_body> received;
            const auto [error, size] = co_await http::async_read(stream, buffer, received, quietly);
            if (error || self->api.hangs_up())
                break;
            auto request = request_of(host, received);
            request.port = port;
            request.connection = number;
            request.turn = ++turn;
            const auto now = self->now();
            auto response = response_of(self->api.answer(request, now), received);
            response.set(http::field::date, http_date(now));
            const auto [failed, sent] = co_await http::async_write(stream, response, quietly);
            more = !failed && response.keep_alive();
        }
        self->open.erase(&stream);
    }

    Api& api;
    std::function<Instant()> now;
    tcp::acceptor instagram;
    tcp::acceptor facebook;
    std::set<beast::tcp_stream*> open;
    std::uint64_t connections = 0; ///< so far
};

Server::Server(
    boost::asio::any_io_executor loop, Api& api, std::function<Instant()> now,
    unsigned short instagram_port, unsigned short facebook_port)
    : listeners_{
          std::make_shared<Listeners>(loop, api, std::move(now), instagram_port, facebook_port)}
{
    for (const auto host : {Host::instagram, Host::facebook})
        asio::co_spawn(loop, Listeners::listen(listeners_, host), asio::detached);
}

Server::~Server()
{
    stop();
}

std::string Server::instagram_url() const
{
    return fmt::format("http://127.0.0.1:{}", listeners_->instagram.local_endpoint().port());
}

std::string Server::facebook_url() const
{
    return fmt::format("http://127.0.0.1:{}", listeners_->facebook.local_endpoint().port());
}

void Server::stop()
{
    boost::system::error_code ignored;
    listeners_->instagram.close(ignored);
    listeners_->facebook.close(ignored);
    for (auto* stream : listeners_->open)
        stream->socket().close(ignored);
}

} // namespace insightd::sandbox
