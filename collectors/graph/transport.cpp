#include "collectors/graph/transport.hpp"

#include "collectors/graph/connection.hpp"
#include "collectors/graph/endpoint.hpp"
#include "collectors/graph/trust.hpp"
#include "config/unusable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;

struct Waiter;

/// The connections to one host, and those who wait for one. A place is free only while nobody
/// waits: one that is given up goes from hand to hand.
struct Host {
    std::vector<std::unique_ptr<Connection>> idle; ///< the last one was used most recently
    std::size_t in_use = 0;
    std::deque<Waiter*> waiting; ///< who waits longest is first
    Clock::time_point moved_at;  ///< when a place was given up last
};

void give_up_place(Host& host);

/// One of the host's places, given up on every way out.
class Place
{
public:
    explicit Place(Host& host) : host_{&host} {}
    Place(Place&& other) noexcept : host_{std::exchange(other.host_, nullptr)} {}
    Place& operator=(Place&&) = delete;
    ~Place()
    {
        if (host_ != nullptr)
            give_up_place(*host_);
    }

private:
    Host* host_;
};

/// One who queues, out of the queue on every way out. A place that came too late for a cancelled
/// one is given up with it.
struct Waiter {
    Waiter(Host& the_host, const asio::any_io_executor& loop) : host{the_host}, timer{loop}
    {
        host.waiting.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { std::erase(host.waiting, this); }

    Host& host;
    asio::steady_timer timer; ///< cancelled when the place is there
    std::optional<Place> place;
};

/// To who waits longest, so that no newcomer can take it first; free if nobody waits.
void give_up_place(Host& host)
{
    host.moved_at = Clock::now();
    if (host.waiting.empty()) {
        --host.in_use;
        return;
    }
    auto* const next = host.waiting.front();
    host.waiting.pop_front();
    next->place.emplace(host);
    next->timer.cancel();
}

void trust(asio::ssl::context& tls, const std::filesystem::path& ca_file)
{
    boost::system::error_code error;
    tls.load_verify_file(ca_file.string(), error);
    if (!error)
        return;
    const auto why = "api.ca_file: " + ca_file.string() + " cannot be read (" + error.message() +
                     "): it holds certificates in PEM, one after the other";
    if (config::passes_by_itself(error))
        throw CannotTrust{why};
    throw config::Unusable{why};
}

asio::ssl::context tls_context(const std::optional<std::filesystem::path>& ca_file)
{
    asio::ssl::context tls{asio::ssl::context::tls_client};
    tls.set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
        asio::ssl::context::no_tlsv1_1);
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
    if (ca_file)
        trust(tls, *ca_file);
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

std::optional<Refusal> refusal_of(const HttpRequest& request)
{
    return request.permit != nullptr ? request.permit->call_back() : std::nullopt;
}

} // namespace

class Transport::Pool
{
public:
    Pool(asio::any_io_executor loop, Limits limits)
        : loop_{std::move(loop)}, limits_{std::move(limits)}, tls_{tls_context(limits_.ca_file)}
    {
    }

    asio::awaitable<Outcome<HttpReply>> send(HttpRequest request)
    {
        auto endpoint = endpoint_of(request.url);
        if (!endpoint)
            co_return endpoint.error();
        auto& host = hosts_[endpoint->key()];
        const auto place = co_await wait_for_place(host);
        if (!place)
            co_return no_place(*endpoint);
        co_return co_await exchange(host, *endpoint, request);
    }

    void on_answer(Witness witness) { witness_ = std::move(witness); }

    void close_idle()
    {
        for (auto& [key, host] : hosts_)
            host.idle.clear();
    }

private:
    /// Nothing if the queue stands still for as long as the timeout; how long it is does not
    /// matter.
    asio::awaitable<std::optional<Place>> wait_for_place(Host& host)
    {
        if (host.in_use < limits_.connections_per_host) {
            ++host.in_use;
            co_return Place{host};
        }
        Waiter waiter{host, loop_};
        for (auto deadline = Clock::now() + limits_.timeout;
             !waiter.place && deadline > Clock::now();
             deadline = std::max(deadline, host.moved_at + limits_.timeout)) {
            waiter.timer.expires_at(deadline);
            co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return std::move(waiter.place);
    }

    asio::awaitable<Outcome<HttpReply>>
    exchange(Host& host, const Endpoint& endpoint, const HttpRequest& request)
    {
        if (const auto refusal = refusal_of(request))
            co_return held_back(*refusal);
        const auto begun = Clock::now();
        const bool is_repeatable = !request.form || request.changes_nothing;
        auto kept = is_repeatable ? take_idle(host) : nullptr;
        if (kept) {
            auto result = co_await kept->exchange(endpoint, request);
            // The other side may close a kept connection at any time: that is no failure.
            if (!result.died_unanswered)
                co_return keep(host, std::move(kept), std::move(result), begun);
        }
        auto fresh = co_await connect(loop_, tls_, endpoint, limits_);
        if (!fresh)
            co_return fresh.error();
        if (const auto refusal = refusal_of(request)) // connecting took its time
            co_return held_back(*refusal);
        auto result = co_await (*fresh)->exchange(endpoint, request);
        co_return keep(host, std::move(*fresh), std::move(result), begun);
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

    Outcome<HttpReply> keep(
        Host& host, std::unique_ptr<Connection> connection, Exchange result,
        Clock::time_point begun)
    {
        if (result.reusable)
            host.idle.push_back(std::move(connection));
        if (result.reply && witness_)
            witness_(*result.reply, Clock::now() - begun);
        return std::move(result.reply);
    }

    asio::any_io_executor loop_;
    Limits limits_;
    asio::ssl::context tls_;
    Witness witness_;
    std::map<std::string, Host> hosts_; ///< a map: its elements stay where they are
};

Transport::Transport(boost::asio::any_io_executor loop, Limits limits)
    : pool_{std::make_unique<Pool>(std::move(loop), std::move(limits))}
{
}

Transport::~Transport() = default;

boost::asio::awaitable<Outcome<HttpReply>> Transport::send(HttpRequest request)
{
    return pool_->send(std::move(request));
}

void Transport::on_answer(Witness witness)
{
    pool_->on_answer(std::move(witness));
}

void Transport::close_idle()
{
    pool_->close_idle();
}

} // namespace insightd::graph
