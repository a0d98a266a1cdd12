#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

// How fast a server answers a client that does nothing with the answers: the ceiling of what a
// collector can reach with as many connections.
//   insightd-raw-http PORT CONNECTIONS FILE      FILE: one request target a line, asked in turn
namespace insightd
{
namespace
{

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Work {
    std::vector<std::string> targets;
    std::size_t next = 0;
};

asio::awaitable<void> ask(tcp::endpoint server, Work& work)
{
    tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    while (work.next < work.targets.size()) {
        http::request<http::empty_body> request{http::verb::get, work.targets[work.next++], 11};
        request.set(http::field::host, "127.0.0.1");
        request.set(http::field::accept_encoding, "gzip");
        co_await http::async_write(socket, request, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(socket, buffer, response, asio::use_awaitable);
    }
}

double answers_per_second(unsigned short port, int connections, Work work)
{
    asio::io_context loop{1};
    const auto start = std::chrono::steady_clock::now();
    for (int connection = 0; connection < connections; ++connection)
        asio::co_spawn(loop, ask({asio::ip::address_v4::loopback(), port}, work), asio::detached);
    loop.run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return static_cast<double>(work.targets.size()) / seconds.count();
}

std::vector<std::string> lines_of(const char* file)
{
    std::vector<std::string> lines;
    std::ifstream stream{file};
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

} // namespace
} // namespace insightd

int main(int count, char** words)
{
    if (count != 4) {
        fmt::print(stderr, "usage: insightd-raw-http PORT CONNECTIONS FILE\n");
        return 64;
    }
    insightd::Work work;
    work.targets = insightd::lines_of(words[3]);
    const auto rate = insightd::answers_per_second(
        static_cast<unsigned short>(std::stoi(words[1])), std::stoi(words[2]), std::move(work));
    fmt::print("{:.0f}\n", rate);
}
