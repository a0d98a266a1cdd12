#include "collectors/graph/transport.hpp"

#include "collectors/graph/connection.hpp"
#include "collectors/graph/endpoint.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <map>
#include <vector>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;

/// The connections to one host, and those who wait for one.
struct Host {
    std::vector<std::unique_ptr<Connection>> idle; ///< the last one was used most recently
    std::size_t in_use = 0;
    std::deque<asio::steady_timer*> waiting;
};

/// One of the host's places, given back on every way out.
class Place
{
public:
    explicit Place(Host& host) : host_{&host} { ++host.in_use; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place()
    {
        --host_->in_use;
        if (!host_->waiting.empty())
            host_->waiting.front()->cancel();
    }

private:
    Host* host_;
};

/// A timer in the queue of a host, taken out on every way out.
class Waiter
{
public:
    Waiter(Host& host, const asio::any_io_executor& loop, std::chrono::seconds deadline)
        : host_{host}, timer{loop, deadline}
    {
        host_.waiting.push_back(&timer);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { std::erase(host_.waiting, &timer); }

private:
    Host& host_;

public:
    asio::steady_timer timer;
};

asio::ssl::context tls_context(const std::optional<std::filesystem::path>& ca_file)
{
    asio::ssl::context tls{asio::ssl::context::tls_client};
    tls.set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
        asio::ssl::context::no_tlsv1_1);
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
    if (ca_file)
        tls.load_verify_file(ca_file->string());
    return tls;
}

Failure no_place(const Endpoint& endpoint)
{
    Failure failure;
    failure.kind = FailureClass::unreachable;
    failure.message = "all connections to " + endpoint.key() +
                      " are busy: raise api.connections_per_host, or look why answers are slow";
    return failure;
}

} // namespace

class Transport::Pool
{
public:
    Pool(asio::any_io_executor loop, Limits limits)
        : loop_{std::move(loop)}, limits_{std::move(limits)}, tls_{tls_context(limits_.ca_file)}
    {
    }

    asio::awaitable<Outcome<HttpReply>> get(HttpRequest request)
    {
        auto endpoint = endpoint_of(request.url);
        if (!endpoint)
            co_return endpoint.error();
        auto& host = hosts_[endpoint->key()];
        if (!co_await wait_for_place(host))
            co_return no_place(*endpoint);
        const Place place{host};
        co_return co_await exchange(host, *endpoint, request.bearer_token);
    }

    void close_idle()
    {
        for (auto& [key, host] : hosts_)
            host.idle.clear();
    }

private:
    asio::awaitable<bool> wait_for_place(Host& host)
    {
        if (host.in_use < limits_.connections_per_host)
            co_return true;
        Waiter waiter{host, loop_, limits_.timeout};
        while (host.in_use >= limits_.connections_per_host) {
            const auto [error] =
                co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!error)
                co_return false; // the deadline, not a call to go on
        }
        co_return true;
    }

    asio::awaitable<Outcome<HttpReply>>
    exchange(Host& host, const Endpoint& endpoint, const std::optional<config::Secret>& bearer)
    {
        auto kept = take_idle(host);
        if (kept) {
            auto result = co_await kept->exchange(endpoint, bearer);
            // The other side may close a kept connection at any time: that is no failure.
            if (!result.died_unanswered)
                co_return keep(host, std::move(kept), std::move(result));
        }
        auto fresh = co_await connect(loop_, tls_, endpoint, limits_);
        if (!fresh)
            co_return fresh.error();
        auto result = co_await (*fresh)->exchange(endpoint, bearer);
        co_return keep(host, std::move(*fresh), std::move(result));
    }

    std::unique_ptr<Connection> take_idle(Host& host)
    {
        const auto oldest = std::chrono::steady_clock::now() - limits_.idle;
        std::erase_if(host.idle, [&](const auto& idle) { return idle->used_at < oldest; });
        if (host.idle.empty())
            return nullptr;
        auto connection = std::move(host.idle.back());
        host.idle.pop_back();
        return connection;
    }

    static Outcome<HttpReply>
    keep(Host& host, std::unique_ptr<Connection> connection, Exchange result)
    {
        if (result.reusable)
            host.idle.push_back(std::move(connection));
        return std::move(result.reply);
    }

    asio::any_io_executor loop_;
    Limits limits_;
    asio::ssl::context tls_;
    std::map<std::string, Host> hosts_; ///< a map: its elements stay where they are
};

Transport::Transport(boost::asio::any_io_executor loop, Limits limits)
    : pool_{std::make_unique<Pool>(std::move(loop), std::move(limits))}
{
}

Transport::~Transport() = default;

boost::asio::awaitable<Outcome<HttpReply>> Transport::get(HttpRequest request)
{
    return pool_->get(std::move(request));
}

void Transport::close_idle()
{
    pool_->close_idle();
}

} // namespace insightd::graph
