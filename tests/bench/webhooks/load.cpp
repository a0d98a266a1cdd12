#include "tests/bench/webhooks/load.hpp"

#include "collectors/graph/hmac.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace insightd::bench
{
namespace
{

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

std::string request_of(const Load& load, std::size_t number)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto body = fmt::format(
        R"({{"object":"instagram","entry":[{{"id":"{}","time":{},"changes":[{{"field":)"
        R"("story_insights","value":{{"media_id":"{}","impressions":{},"reach":{},"taps_forward":12,)"
        R"("taps_back":3,"exits":4,"replies":0}}}}]}}]}})",
        load.first_account + static_cast<std::int64_t>(number % load.accounts),
        std::chrono::duration_cast<std::chrono::seconds>(now).count(),
        load.first_story + static_cast<std::int64_t>(number), 100 + number % 900, 50 + number % 50);
    return fmt::format(
        "POST /webhooks HTTP/1.1\r\nHost: here\r\nContent-Type: "
        "application/json\r\nContent-Length: "
        "{}\r\nX-Hub-Signature-256: sha256={}\r\n\r\n{}",
        body.size(), graph::hmac_sha256(config::Secret{load.secret}, body), body);
}

/// Reads one answer whole, and tells whether it was 200.
asio::awaitable<bool> read_answer(asio::ip::tcp::socket& socket, std::string& buffer)
{
    const auto head = co_await asio::async_read_until(
        socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
    const bool is_ok = buffer.starts_with("HTTP/1.1 200");
    const auto field = buffer.find("Content-Length: ");
    const auto length =
        std::stoul(buffer.substr(field + std::string_view{"Content-Length: "}.size()));
    if (buffer.size() < head + length)
        co_await asio::async_read(
            socket, asio::dynamic_buffer(buffer),
            asio::transfer_exactly(head + length - buffer.size()), asio::use_awaitable);
    buffer.erase(0, head + length);
    co_return is_ok;
}

asio::awaitable<void>
send_some(const Load& load, std::size_t connection, Clock::time_point begin, Outcome& outcome)
{
    const auto loop = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket{loop};
    co_await socket.async_connect(
        {asio::ip::make_address("127.0.0.1"), load.port}, asio::use_awaitable);
    socket.set_option(asio::ip::tcp::no_delay{true});
    asio::steady_timer timer{loop};
    std::string buffer;
    for (auto number = connection; number < load.deliveries; number += load.connections) {
        const auto due = begin + std::chrono::nanoseconds{1'000'000'000 * number / load.per_second};
        timer.expires_at(due);
        co_await timer.async_wait(asio::use_awaitable);
        const auto request = request_of(load, number);
        co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
        outcome.acknowledged += co_await read_answer(socket, buffer);
        outcome.milliseconds.push_back(
            std::chrono::duration<double, std::milli>{Clock::now() - due}.count());
    }
}

} // namespace

Outcome send(const Load& load)
{
    asio::io_context loop{1};
    Outcome outcome;
    std::exception_ptr broken;
    const auto begin = Clock::now();
    for (std::size_t connection = 0; connection < load.connections; ++connection)
        asio::co_spawn(
            loop, send_some(load, connection, begin, outcome), [&](std::exception_ptr error) {
                if (error)
                    broken = std::move(error);
            });
    loop.run();
    if (broken)
        std::rethrow_exception(broken);
    outcome.seconds = std::chrono::duration<double>{Clock::now() - begin}.count();
    std::ranges::sort(outcome.milliseconds);
    return outcome;
}

} // namespace insightd::bench
