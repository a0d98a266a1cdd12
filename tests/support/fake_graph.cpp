#include "tests/support/fake_graph.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace insightd::testing
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string wire_text(const Scripted& answer)
{
    auto text = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\n" + answer.headers +
                "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
    if (answer.cut_body)
        text.resize(text.size() - answer.body.size() / 2);
    return text;
}

} // namespace

struct FakeGraph::Listener {
    explicit Listener(Script the_script)
        : script{std::move(the_script)}, acceptor{context, {asio::ip::address_v4::loopback(), 0}}
    {
    }

    void accept()
    {
        for (;;) {
            auto socket = std::make_shared<tcp::socket>(context);
            error_code error;
            acceptor.accept(*socket, error);
            if (error || stopping)
                return;
            ++accepted;
            const std::lock_guard guard{mutex};
            open.insert(socket.get());
            most_open = std::max(most_open, open.size());
            talks.emplace_back([this, socket] { talk(*socket); });
        }
    }

    void talk(tcp::socket& socket)
    {
        if (tls) {
            asio::ssl::stream<tcp::socket&> stream{socket, *tls};
            error_code error;
            stream.handshake(asio::ssl::stream_base::server, error);
            if (!error)
                converse(stream);
        } else {
            converse(socket);
        }
        const std::lock_guard guard{mutex};
        open.erase(&socket);
        error_code ignored;
        socket.close(ignored);
    }

    template <class Stream> void converse(Stream& stream)
    {
        asio::streambuf buffer;
        for (;;) {
            error_code error;
            const auto size = asio::read_until(stream, buffer, "\r\n\r\n", error);
            if (error)
                return;
            const auto* data = static_cast<const char*>(buffer.data().data());
            std::string head{data, size};
            buffer.consume(size);
            auto body = body_after(head, stream, buffer);
            const auto answer = answer_to(std::move(head), std::move(body));
            if (answer.stall)
                asio::read_until(
                    stream, buffer, "\r\n\r\n", error); // until the other side gives up
            else
                asio::write(stream, asio::buffer(wire_text(answer)), error);
            if (error || answer.cut_body || answer.close_after || answer.stall)
                return;
        }
    }

    template <class Stream>
    static std::string body_after(const std::string& head, Stream& stream, asio::streambuf& buffer)
    {
        constexpr std::string_view name{"Content-Length: "};
        const auto found = head.find(name);
        const auto size =
            found != std::string::npos ? std::stoul(head.substr(found + name.size())) : 0;
        error_code ignored;
        if (buffer.size() < size)
            asio::read(stream, buffer, asio::transfer_exactly(size - buffer.size()), ignored);
        const auto* data = static_cast<const char*>(buffer.data().data());
        std::string body{data, std::min(size, buffer.size())};
        buffer.consume(body.size());
        return body;
    }

    Scripted answer_to(std::string head, std::string body)
    {
        Received request;
        const auto begin = head.find(' ') + 1;
        request.target = head.substr(begin, head.find(' ', begin) - begin);
        request.head = std::move(head);
        request.body = std::move(body);
        const std::lock_guard guard{mutex};
        received.push_back(request);
        return script(request);
    }

    void stop()
    {
        stopping = true;
        error_code ignored;
        {
            // A connection of our own wakes the blocking accept.
            tcp::socket wake{context};
            wake.connect(acceptor.local_endpoint(), ignored);
            acceptor_thread.join();
            const std::lock_guard guard{mutex};
            for (auto* socket : open)
                socket->shutdown(tcp::socket::shutdown_both, ignored);
        }
        for (auto& thread : talks)
            thread.join();
    }

    Script script;
    asio::io_context context;
    std::unique_ptr<asio::ssl::context> tls;
    tcp::acceptor acceptor;
    std::thread acceptor_thread;
    std::vector<std::thread> talks;
    std::set<tcp::socket*> open;
    std::vector<Received> received;
    std::mutex mutex;
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> accepted{0};
    std::size_t most_open = 0;
};

FakeGraph::FakeGraph(Script script) : listener_{std::make_shared<Listener>(std::move(script))}
{
    listener_->acceptor_thread = std::thread{[listener = listener_.get()] { listener->accept(); }};
}

FakeGraph::FakeGraph(Script script, const Certificate& certificate)
    : listener_{std::make_shared<Listener>(std::move(script))}
{
    listener_->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    listener_->tls->use_certificate_chain_file(certificate.chain.string());
    listener_->tls->use_private_key_file(certificate.key.string(), asio::ssl::context::pem);
    listener_->acceptor_thread = std::thread{[listener = listener_.get()] { listener->accept(); }};
}

FakeGraph::~FakeGraph()
{
    listener_->stop();
}

std::string FakeGraph::url(const std::string& host) const
{
    return (listener_->tls ? "https://" : "http://") + host + ":" +
           std::to_string(listener_->acceptor.local_endpoint().port());
}

std::vector<Received> FakeGraph::received() const
{
    const std::lock_guard guard{listener_->mutex};
    return listener_->received;
}

std::size_t FakeGraph::connections() const
{
    return listener_->accepted;
}

std::size_t FakeGraph::most_open() const
{
    const std::lock_guard guard{listener_->mutex};
    return listener_->most_open;
}

} // namespace insightd::testing
