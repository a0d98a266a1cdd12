#include "daemon/http/server.hpp"

#include "config/unusable.hpp"
#include "daemon/http/certificate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
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
        throw config::Unusable{fmt::format(
            "cannot listen on {}: give an address such as 127.0.0.1 or [::1], not a name",
            address)};
    return {ip, port};
}

using Request = bhttp::request<bhttp::string_body>;
using Parser = bhttp::request_parser<bhttp::string_body>;

/// What a refused sender may still send, so that it can take the refusal.
constexpr std::size_t most_drained = 1024 * 1024;
constexpr std::chrono::seconds draining{2};

Question question_of(Request request)
{
    const std::string_view target{request.target().data(), request.target().size()};
    const auto mark = std::min(target.find('?'), target.size());
    Question question;
    question.method = request.method() == bhttp::verb::post ? Method::post : Method::get;
    question.path = target.substr(0, mark);
    question.query = target.substr(std::min(mark + 1, target.size()));
    for (const auto& field : request) {
        std::string name{field.name_string()};
        std::ranges::transform(
            name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        question.headers.emplace_back(std::move(name), std::string{field.value()});
    }
    question.body = std::move(request.body());
    return question;
}

/// Of an answer that is sent, what it must know of its question.
struct Asker {
    bool wants_head_alone = false;
    bool stays = false;
};

bhttp::response<bhttp::string_body> response_of(const Asker& asker, const Answer& answer)
{
    bhttp::response<bhttp::string_body> response;
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    response.set(bhttp::field::content_type, answer.type);
    response.set(bhttp::field::cache_control, "no-store");
    response.set("x-content-type-options", "nosniff");
    for (const auto& [name, value] : answer.headers)
        response.set(name, value);
    response.keep_alive(asker.stays);
    response.body() = answer.body;
    response.prepare_payload();
    if (asker.wants_head_alone)
        response.body().clear(); // its length stands in the head all the same
    return response;
}

} // namespace

struct Server::Listener : std::enable_shared_from_this<Server::Listener> {
    Listener(
        asio::any_io_executor loop, const tcp::endpoint& endpoint, Handler answers, Limits all,
        std::shared_ptr<Certificate> shown)
        : acceptor{loop}, handler{std::move(answers)}, limits{all}, certificate{std::move(shown)}
    {
        try {
            acceptor.open(endpoint.protocol());
            acceptor.set_option(tcp::acceptor::reuse_address{true});
            acceptor.bind(endpoint);
            acceptor.listen();
        } catch (const boost::system::system_error& error) {
            if (error.code() == boost::system::errc::permission_denied)
                throw config::Unusable{fmt::format(
                    "cannot listen on {}:{} ({}): give a port above 1023",
                    endpoint.address().to_string(), endpoint.port(), error.code().message())};
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
        if (!self->certificate) {
            const Open open{*self, stream};
            co_await self->exchanges(stream);
            co_return;
        }
        const auto context = self->certificate->context();
        beast::ssl_stream<beast::tcp_stream> tls{std::move(stream), *context};
        const Open open{*self, tls.next_layer()};
        tls.next_layer().expires_after(self->limits.timeout);
        const auto [refused] =
            co_await tls.async_handshake(asio::ssl::stream_base::server, quietly);
        if (refused)
            co_return;
        co_await self->exchanges(tls);
        tls.next_layer().expires_after(draining);
        co_await tls.async_shutdown(quietly);
    }

    /// One connection that close() reaches.
    class Open
    {
    public:
        Open(Listener& listener, beast::tcp_stream& stream) : listener_{listener}, stream_{stream}
        {
            listener_.open.insert(&stream_);
        }
        Open(const Open&) = delete;
        Open& operator=(const Open&) = delete;
        ~Open() { listener_.open.erase(&stream_); }

    private:
        Listener& listener_;
        beast::tcp_stream& stream_;
    };

    template <class Stream> asio::awaitable<void> exchanges(Stream& stream)
    {
        beast::flat_buffer buffer;
        for (bool more = true; more;)
            more = co_await one_exchange(stream, buffer);
    }

    static Answer refusal(int status, std::string words)
    {
        Answer answer;
        answer.status = status;
        answer.body = std::move(words);
        return answer;
    }

    Answer too_much() const
    {
        constexpr int payload_too_large = 413;
        return refusal(payload_too_large, fmt::format("at most {} bytes are taken\n", limits.body));
    }

    /// Why the request is refused before its body is read.
    std::optional<Answer> refusal_of(const Parser& parser) const
    {
        const auto method = parser.get().method();
        const bool reads = method == bhttp::verb::get || method == bhttp::verb::head;
        if (!reads && (method != bhttp::verb::post || limits.body == 0))
            return refusal(405, "only GET is answered here\n");
        if (parser.content_length().value_or(0) > limits.body)
            return too_much();
        return std::nullopt;
    }

    /// False when the connection is to be closed.
    template <class Stream>
    asio::awaitable<bool> one_exchange(Stream& stream, beast::flat_buffer& buffer)
    {
        Parser parser;
        parser.header_limit(limits.header);
        parser.body_limit(boost::none);
        beast::get_lowest_layer(stream).expires_after(limits.timeout);
        const auto [unread, read] =
            co_await bhttp::async_read_header(stream, buffer, parser, quietly);
        if (unread || closed) // a request may have been in the buffer when the server went
            co_return false;
        Asker asker{parser.get().method() == bhttp::verb::head, false};
        if (const auto refusal = refusal_of(parser)) {
            co_await send(stream, asker, *refusal);
            co_await drain(stream);
            co_return false;
        }
        parser.body_limit(limits.body); // of a body that comes in pieces
        const auto [broken, rest] = co_await bhttp::async_read(stream, buffer, parser, quietly);
        if (broken == bhttp::error::body_limit) {
            const auto refusal = too_much();
            co_await send(stream, asker, refusal);
            co_await drain(stream);
        }
        if (broken || closed)
            co_return false;
        asker.stays = parser.get().keep_alive();
        auto question = question_of(parser.release());
        beast::get_lowest_layer(stream).expires_never(); // whoever answers has bounds of its own
        auto answering = handler(std::move(question));
        const auto answer = co_await std::move(answering);
        if (closed)
            co_return false;
        const bool sent = co_await send(stream, asker, answer);
        co_return sent&& asker.stays;
    }

    template <class Stream>
    asio::awaitable<bool> send(Stream& stream, const Asker& asker, const Answer& answer)
    {
        auto response = response_of(asker, answer);
        beast::get_lowest_layer(stream).expires_after(limits.timeout);
        const auto [unsent, bytes] = co_await bhttp::async_write(stream, response, quietly);
        co_return !unsent;
    }

    /// A connection that is closed upon what was not read is torn down, and the answer with it.
    template <class Stream> asio::awaitable<void> drain(Stream& stream)
    {
        std::array<char, 16 * 1024> dropped{};
        boost::system::error_code ignored;
        auto& transport = beast::get_lowest_layer(stream);
        transport.socket().shutdown(tcp::socket::shutdown_send, ignored);
        transport.expires_after(draining);
        for (std::size_t bytes = 0; bytes < most_drained && !closed;) {
            const auto [ended, read] =
                co_await stream.async_read_some(asio::buffer(dropped), quietly);
            if (ended)
                co_return;
            bytes += read;
        }
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
    std::shared_ptr<Certificate> certificate; ///< nothing: plain
    std::set<beast::tcp_stream*> open;
    bool closed = false;
};

std::string_view header_of(const Question& question, std::string_view name)
{
    for (const auto& [key, value] : question.headers)
        if (key == name)
            return value;
    return {};
}

namespace
{

asio::awaitable<Answer> answer_by(std::function<Answer(const Question&)> page, Question question)
{
    co_return page(question);
}

} // namespace

Server::Handler Server::of_pages(std::function<Answer(const Question&)> answer)
{
    return [answer = std::move(answer)](Question question) {
        return answer_by(answer, std::move(question));
    };
}

Server::Server(
    asio::any_io_executor loop, const std::string& address, std::uint16_t port, Handler handler,
    Limits limits, std::shared_ptr<Certificate> certificate)
    : listener_{std::make_shared<Listener>(
          loop, endpoint_of(address, port), std::move(handler), limits, std::move(certificate))}
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
