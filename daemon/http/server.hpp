#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

/// A small HTTP server on the daemon's loop: read-only, bounded, for a handful of pages.
namespace insightd::http
{

/// The address cannot be listened on; the message says what to do.
struct CannotListen : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A GET or HEAD; others are refused before anyone is asked.
struct Question {
    std::string path;  ///< "/metrics", as sent
    std::string query; ///< what follows the question mark, as sent
};

struct Answer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
};

struct Limits {
    std::size_t connections = 64;     ///< more wait to be accepted
    std::uint32_t header = 16 * 1024; ///< bytes of a request's head
    std::chrono::seconds timeout{10}; ///< for a request to arrive, for an answer to be taken
};

class Server
{
public:
    using Handler = std::function<Answer(const Question&)>;

    /// Listens at once; port 0 takes any free one. Throws CannotListen.
    Server(
        boost::asio::any_io_executor loop, const std::string& address, std::uint16_t port,
        Handler handler, Limits limits = {});
    ~Server(); ///< closes the listener and every connection

    std::uint16_t port() const;

private:
    struct Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace insightd::http
