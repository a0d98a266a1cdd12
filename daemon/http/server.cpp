#include "daemon/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace insightd::http
{
namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using asio::ip::tcp;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

/// After a failed accept (no descriptors left, say) the next one waits a little.
constexpr std::chrono::milliseconds accept_again{100};

tcp::endpoint endpoint_of(const std::string& address, std::uint16_t port)
{
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
    if (error)
        throw CannotListen{fmt::format(
            "cannot listen on {}: give an address such as 127.0.0.1 or [::1], not a name",
            address)};
    return {ip, port};
}

Question question_of(const bhttp::request<bhttp::empty_body>& request)
{
    const std::string_view target{request.target().data(), request.target().size()};
    const auto mark = std::min(target.find('?'), target.size());
    return {
        std::string{target.substr(0, mark)},
        std::string{target.substr(std::min(mark + 1, target.size()))}};
}

bhttp::response<bhttp::string_body>
response_of(const bhttp::request<bhttp::empty_body>& request, Answer answer)
{
    bhttp::response<bhttp::string_body> response;
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    response.set(bhttp::field::content_type, answer.type);
    response.set(bhttp::field::cache_control, "no-store");
    response.set("x-content-type-options", "nosniff");
    response.keep_alive(request.keep_alive());
    response.body() = std::move(answer.body);
    response.prepare_payload();
    if (request.method() == bhttp::verb::head)
        response.body().clear(); // its length stands in the head all the same
    return response;
}

} // namespace

struct Server::Listener : std::enable_shared_from_this<Server::Listener> {
    Listener(asio::any_io_executor loop, const tcp::endpoint& endpoint, Handler answers, Limits all)
        : acceptor{loop}, handler{std::move(answers)}, limits{all}
    {
        try {
            acceptor.open(endpoint.protocol());
            acceptor.set_option(tcp::acceptor::reuse_address{true});
            acceptor.bind(endpoint);
            acceptor.listen();
        } catch (const boost::system::system_error& error) {
            throw CannotListen{fmt::format(
                "cannot listen on {}:{} ({}): another program uses it, or the address is not this "
                "machine's",
                endpoint.address().to_string(), endpoint.port(), error.code().message())};
        }
    }

    static asio::awaitable<void> listen(std::shared_ptr<Listener> self)
    {
        asio::steady_timer pause{self->acceptor.get_executor()};
        while (self->acceptor.is_open()) {
            if (self->open.size() >= self->limits.connections) {
                pause.expires_after(accept_again);
                co_await pause.async_wait(quietly);
                continue;
            }
            auto [error, socket] = co_await self->acceptor.async_accept(quietly);
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) {
                pause.expires_after(accept_again);
                co_await pause.async_wait(quietly);
                continue;
            }
            auto talk = converse(self, std::move(socket));
            asio::co_spawn(self->acceptor.get_executor(), std::move(talk), asio::detached);
        }
    }

    static asio::awaitable<void> converse(std::shared_ptr<Listener> self, tcp::socket socket)
    {
        beast::tcp_stream stream{std::move(socket)};
        self->open.insert(&stream);
        beast::flat_buffer buffer;
        for (bool more = true; more;)
            more = co_await self->one_exchange(stream, buffer);
        self->open.erase(&stream);
    }

    /// False when the connection is to be closed.
    asio::awaitable<bool> one_exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer)
    {
        bhttp::request_parser<bhttp::empty_body> parser;
        parser.header_limit(limits.header);
        stream.expires_after(limits.timeout);
        const auto [unread, read] = co_await bhttp::async_read(stream, buffer, parser, quietly);
        if (unread || closed) // a request may have been in the buffer when the server went
            co_return false;
        const auto request = parser.release();
        auto response = response_of(request, answer_to(request));
        stream.expires_after(limits.timeout);
        const auto [unsent, sent] = co_await bhttp::async_write(stream, response, quietly);
        co_return !unsent && response.keep_alive();
    }

    Answer answer_to(const bhttp::request<bhttp::empty_body>& request) const
    {
        if (request.method() != bhttp::verb::get && request.method() != bhttp::verb::head)
            return {405, "text/plain; charset=utf-8", "only GET is answered here\n"};
        return handler(question_of(request));
    }

    void close()
    {
        closed = true;
        boost::system::error_code ignored;
        acceptor.close(ignored);
        for (auto* stream : open)
            stream->socket().close(ignored);
    }

    tcp::acceptor acceptor;
    Handler handler;
    Limits limits;
    std::set<beast::tcp_stream*> open;
    bool closed = false;
};

Server::Server(
    boost::asio::any_io_executor loop, const std::string& address, std::uint16_t port,
    Handler handler, Limits limits)
    : listener_{
          std::make_shared<Listener>(loop, endpoint_of(address, port), std::move(handler), limits)}
{
    asio::co_spawn(loop, Listener::listen(listener_), asio::detached);
}

Server::~Server()
{
    listener_->close();
}

std::uint16_t Server::port() const
{
    return listener_->acceptor.local_endpoint().port();
}

} // namespace insightd::http
