#include "tests/torture/line.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace insightd::torture
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr auto lateness = 333ms;
constexpr auto drop_every = 10ms;
constexpr std::size_t drop_size = 64;

using Generic = asio::generic::stream_protocol;
using Shared = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Generic::endpoint endpoint_of(const Line::Address& address)
{
    if (const auto* file = std::get_if<std::filesystem::path>(&address))
        return asio::local::stream_protocol::endpoint{file->string()};
    return tcp::endpoint{asio::ip::address_v4::loopback(), std::get<std::uint16_t>(address)};
}

/// The two ends of a connection.
struct Pair {
    explicit Pair(const asio::any_io_executor& loop) : program{loop}, server{loop} {}

    void close()
    {
        boost::system::error_code ignored;
        program.close(ignored);
        server.close(ignored);
    }
    void reset()
    {
        boost::system::error_code ignored;
        program.set_option(tcp::socket::linger{true, 0}, ignored);
        close();
    }

    tcp::socket program;
    Generic::socket server;
};

} // namespace

struct Line::Exchange : std::enable_shared_from_this<Line::Exchange> {
    explicit Exchange(const Address& server) : to{endpoint_of(server)}
    {
        bind(place, 0);
        own_port = place.local_endpoint().port();
        listen();
        thread = std::thread{[this] { loop.run(); }};
    }

    ~Exchange() { thread.join(); }

    void listen()
    {
        bind(acceptor.emplace(loop), own_port);
        acceptor->listen();
        asio::co_spawn(loop, accept(), asio::detached);
    }

    static void bind(tcp::acceptor& socket, std::uint16_t port)
    {
        socket.open(tcp::v4());
        socket.set_option(Shared{true});
        socket.bind({asio::ip::address_v4::loopback(), port});
    }

    /// Until nobody is accepted any more, which may be while one that was is on its way to here.
    asio::awaitable<void> accept()
    {
        while (acceptor) {
            auto pair = std::make_shared<Pair>(loop.get_executor());
            const auto [error] = co_await acceptor->async_accept(pair->program, quietly);
            if (error)
                co_return;
            asio::co_spawn(loop, connect(pair), asio::detached);
        }
    }

    asio::awaitable<void> connect(std::shared_ptr<Pair> pair)
    {
        const auto server = to;
        const auto [error] = co_await pair->server.async_connect(server, quietly);
        if (error)
            co_return;
        boost::system::error_code none_for_files;
        pair->server.set_option(tcp::no_delay{true}, none_for_files);
        pair->program.set_option(tcp::no_delay{true});
        pairs.insert(pair);
        asio::co_spawn(loop, ask(pair), asio::detached);
        asio::co_spawn(loop, answer(pair), asio::detached);
    }

    asio::awaitable<void> ask(std::shared_ptr<Pair> pair)
    {
        std::array<char, 16'384> bytes{};
        for (;;) {
            const auto [error, size] =
                co_await pair->program.async_read_some(asio::buffer(bytes), quietly);
            if (error)
                break;
            if (state == State::resetting)
                co_return pair->reset();
            if (state == State::silent)
                continue;
            const auto [failed, sent] =
                co_await asio::async_write(pair->server, asio::buffer(bytes, size), quietly);
            if (failed)
                break;
        }
        pair->close();
        pairs.erase(pair);
    }

    asio::awaitable<void> answer(std::shared_ptr<Pair> pair)
    {
        std::array<char, 16'384> bytes{};
        for (;;) {
            const auto [error, size] =
                co_await pair->server.async_read_some(asio::buffer(bytes), quietly);
            if (error)
                break;
            const bool goes_on = co_await pass_on(pair, bytes.data(), size);
            if (!goes_on)
                break;
        }
        pair->close();
        pairs.erase(pair);
    }

    asio::awaitable<bool> pass_on(std::shared_ptr<Pair> pair, char* bytes, std::size_t size)
    {
        switch (state) {
        case State::silent:
            co_return true;
        case State::slow:
            co_await nap(lateness);
            break;
        case State::dripping:
            co_return co_await drip(pair, bytes, size);
        case State::cutting:
            co_await send(pair, bytes, size / 2);
            co_return false;
        case State::breaking:
            co_await send(pair, bytes, size / 2);
            pair->reset();
            co_return false;
        case State::spoiling:
            std::fill_n(bytes, size, '\x15');
            break;
        case State::closing:
            co_await send(pair, bytes, size);
            co_return false;
        default:
            break;
        }
        co_return co_await send(pair, bytes, size);
    }

    asio::awaitable<bool> drip(std::shared_ptr<Pair> pair, const char* bytes, std::size_t size)
    {
        for (std::size_t at = 0; at < size; at += drop_size) {
            const bool sent = co_await send(pair, bytes + at, std::min(drop_size, size - at));
            if (!sent)
                co_return false;
            if (state == State::dripping)
                co_await nap(drop_every);
        }
        co_return true;
    }

    static asio::awaitable<bool>
    send(std::shared_ptr<Pair> pair, const char* bytes, std::size_t size)
    {
        const auto [failed, sent] =
            co_await asio::async_write(pair->program, asio::buffer(bytes, size), quietly);
        co_return !failed;
    }

    asio::awaitable<void> nap(std::chrono::milliseconds span)
    {
        asio::steady_timer timer{loop, span};
        co_await timer.async_wait(quietly);
    }

    void become(State wanted)
    {
        const auto before = std::exchange(state, wanted);
        if (before == wanted)
            return;
        if (wanted == State::refusing) {
            acceptor.reset();
            hang_up();
        } else if (before == State::refusing) {
            listen();
        }
    }

    void hang_up()
    {
        for (const auto& pair : pairs)
            pair->reset();
    }

    template <class Work> void on_loop(Work work)
    {
        std::promise<void> done;
        asio::post(loop, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    Generic::endpoint to;
    std::uint16_t own_port = 0;
    State state = State::open;
    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> never_idle{loop.get_executor()};
    tcp::acceptor place{loop}; ///< never listens: nobody else gets the port while it is refused
    std::optional<tcp::acceptor> acceptor;
    std::set<std::shared_ptr<Pair>> pairs;
    std::thread thread;
};

Line::Line(Address to) : exchange_{std::make_shared<Exchange>(to)} {}

Line::~Line()
{
    exchange_->loop.stop();
}

std::uint16_t Line::port() const
{
    return exchange_->own_port;
}

void Line::become(State state)
{
    exchange_->on_loop([&] { exchange_->become(state); });
}

void Line::lead_to(Address to)
{
    exchange_->on_loop([&] {
        exchange_->to = endpoint_of(to);
        exchange_->hang_up();
    });
}

} // namespace insightd::torture
