#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small HTTP server on the daemon's loop: bounded, for a handful of pages and for webhooks.
namespace insightd::http
{

class Certificate;

/// There is nothing to be served at that address at this moment; the message says what to do.
struct CannotListen : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Method : std::uint8_t { get, post };

/// What is asked; a HEAD is asked as a GET. Other methods are refused before anyone is asked.
struct Question {
    std::string path;  ///< "/metrics", as sent
    std::string query; ///< what follows the question mark, as sent
    Method method = Method::get;
    std::string body{};                                         ///< the bytes as sent
    std::vector<std::pair<std::string, std::string>> headers{}; ///< names in lower case
};

/// The header's first value; empty if it was not sent.
std::string_view header_of(const Question& question, std::string_view name);

struct Answer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers{}; ///< beside those of every answer
};

struct Limits {
    std::size_t connections = 64;     ///< more wait to be accepted
    std::uint32_t header = 16 * 1024; ///< bytes of a request's head
    std::size_t body = 0;             ///< bytes of a POST's body; 0: no POST is taken
    std::chrono::milliseconds timeout{
        std::chrono::seconds{10}}; ///< for a request to arrive, for an answer to be taken
};

class Server
{
public:
    using Handler = std::function<boost::asio::awaitable<Answer>(Question)>;

    /// Of what has its answer at once.
    static Handler of_pages(std::function<Answer(const Question&)> answer);

    /// Listens at once; port 0 takes any free one. Plain without a certificate. Throws
    /// CannotListen, or config::Unusable for what is no address, or one that it may not take.
    Server(
        boost::asio::any_io_executor loop, const std::string& address, std::uint16_t port,
        Handler handler, Limits limits = {}, std::shared_ptr<Certificate> certificate = {});
    ~Server(); ///< closes the listener and every connection

    std::uint16_t port() const;

private:
    struct Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace insightd::http
