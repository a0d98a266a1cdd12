#include "collectors/graph/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using Results = tcp::resolver::results_type;

/// Outlives the caller if the system's resolver is late.
struct Pending {
    explicit Pending(const asio::any_io_executor& loop, std::chrono::seconds timeout)
        : resolver{loop}, deadline{loop, timeout}
    {
    }

    tcp::resolver resolver;
    asio::steady_timer deadline;
    boost::system::error_code error = asio::error::timed_out;
    Results results;
};

} // namespace

asio::awaitable<std::pair<boost::system::error_code, Results>> resolve(
    asio::any_io_executor loop, std::string host, std::string port, std::chrono::seconds timeout)
{
    const auto pending = std::make_shared<Pending>(loop, timeout);
    pending->resolver.async_resolve(
        host, port, [pending](boost::system::error_code error, Results results) {
            pending->error = error;
            pending->results = std::move(results);
            pending->deadline.cancel();
        });
    co_await pending->deadline.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::pair{pending->error, pending->results};
}

} // namespace insightd::graph
