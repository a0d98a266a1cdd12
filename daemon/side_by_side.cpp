#include "daemon/side_by_side.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace insightd::daemon
{

namespace asio = boost::asio;

asio::awaitable<std::vector<std::exception_ptr>>
side_by_side(std::vector<asio::awaitable<void>> coroutines)
{
    const auto loop = co_await asio::this_coro::executor;
    const auto start = [&](asio::awaitable<void> coroutine) {
        return asio::co_spawn(loop, std::move(coroutine), asio::deferred);
    };
    std::vector<decltype(start(std::move(coroutines.front())))> started;
    for (auto& coroutine : coroutines)
        started.push_back(start(std::move(coroutine)));
    auto all = asio::experimental::make_parallel_group(std::move(started))
                   .async_wait(asio::experimental::wait_for_all(), asio::deferred);
    auto [order, errors] = co_await std::move(all)(asio::use_awaitable);
    co_return std::move(errors);
}

} // namespace insightd::daemon
