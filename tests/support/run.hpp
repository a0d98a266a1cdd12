#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

/// Running a coroutine to its end in a test.
namespace insightd::testing
{

/// Runs the loop until the coroutine has ended; other work on the loop may go on later.
template <class Result>
Result run(boost::asio::io_context& loop, boost::asio::awaitable<Result> coroutine)
{
    std::optional<Result> result;
    std::exception_ptr broken;
    bool ended = false;
    boost::asio::co_spawn(loop, std::move(coroutine), [&](std::exception_ptr error, Result value) {
        broken = std::move(error);
        result = std::move(value);
        ended = true;
    });
    loop.restart();
    while (!ended)
        loop.run_one();
    if (broken)
        std::rethrow_exception(broken);
    return std::move(*result);
}

inline void run(boost::asio::io_context& loop, boost::asio::awaitable<void> coroutine)
{
    std::exception_ptr broken;
    bool ended = false;
    boost::asio::co_spawn(loop, std::move(coroutine), [&](std::exception_ptr error) {
        broken = std::move(error);
        ended = true;
    });
    loop.restart();
    while (!ended)
        loop.run_one();
    if (broken)
        std::rethrow_exception(broken);
}

} // namespace insightd::testing
