#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/permit.hpp"
#include "config/secret.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace insightd::graph
{

/// One GET, or, with a form, one POST: where to, and what may carry a secret.
struct HttpRequest {
    HttpRequest(
        std::string request_url, std::optional<config::Secret> bearer,
        std::optional<config::Secret> posted_form = std::nullopt)
        : url{std::move(request_url)}, bearer_token{std::move(bearer)}, form{std::move(posted_form)}
    {
    }

    std::string url; ///< absolute; https, or http on loopback
    std::optional<config::Secret> bearer_token;
    std::optional<config::Secret> form; ///< application/x-www-form-urlencoded
    bool changes_nothing = false;       ///< a form that may be sent twice, like a GET
    Permit* permit = nullptr;           ///< asked before it is sent
};

struct HttpReply {
    int status = 0;
    std::string body; ///< unpacked, at most `max_body` bytes
    std::string app_usage, business_usage, api_version, retry_after,
        date; ///< headers, empty if absent
};

/// Pooled keep-alive connections to the Graph hosts. HTTPS verifies chain and host name; plain HTTP
/// is refused off loopback. Every wait has a deadline. One loop, no locks.
class Transport
{
public:
    struct Limits {
        std::size_t connections_per_host = 16;
        std::chrono::seconds timeout{30};        ///< each of resolve, connect, handshake, answer
        std::size_t max_body = 16 * 1024 * 1024; ///< bytes, also after unpacking
        std::chrono::seconds idle{60};           ///< unused connections are closed after this
        std::optional<std::filesystem::path> ca_file; ///< trusted beside the system's authorities
    };

    Transport(boost::asio::any_io_executor loop, Limits limits);
    ~Transport();

    /// The answer whatever its status, or a Failure of kind unreachable, malformed or bad_request.
    /// A kept connection that the server closed meanwhile is replaced once, unnoticed; a form is
    /// sent once, on a fresh one, because what it asks for may have been done, unless it says that
    /// it changes nothing. Callers beyond
    /// connections_per_host are served in turn, and fail only while the queue stands still.
    boost::asio::awaitable<Outcome<HttpReply>> send(HttpRequest request);

    /// Told of every answer, and for how long its call was under way, connecting included.
    using Witness =
        std::function<void(const HttpReply& answer, std::chrono::steady_clock::duration took)>;
    void on_answer(Witness witness);

    /// Closes idle connections; those in use close when their answer is in.
    void close_idle();

private:
    class Pool;
    std::unique_ptr<Pool> pool_;
};

} // namespace insightd::graph
