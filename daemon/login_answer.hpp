#pragma once

#include "collectors/graph/failure.hpp"
#include "config/secret.hpp"
#include "daemon/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>

/// Waiting for what a person brings back from the browser.
namespace insightd::daemon
{

/// The question that was asked, and where its answer comes.
struct LoginQuestion {
    std::string state;
    std::string redirect_uri; ///< empty: where the listener is
    std::string address;      ///< to listen on
    std::uint16_t port = 0;   ///< 0: any free one

    /// http://address:port/, unless another was given.
    std::string redirect() const;
};

/// Listens for the redirect, answers the browser with a friendly page, and takes one answer. A
/// request with another `state` is turned away and changes nothing.
class LoginListener
{
public:
    /// Throws http::CannotListen, config::Unusable.
    LoginListener(boost::asio::any_io_executor loop, LoginQuestion question);

    /// With the port that is listened on.
    const LoginQuestion& question() const { return question_; }

    /// The code, or why there is none: cancelled, or nobody came within the time.
    boost::asio::awaitable<graph::Outcome<config::Secret>> wait(std::chrono::seconds patience);

private:
    http::Answer answer(const http::Question& question);

    LoginQuestion question_;
    std::string path_;
    std::optional<graph::Outcome<config::Secret>> outcome_;
    boost::asio::steady_timer arrived_;
    http::Server server_;
};

/// Reads the redirect URL, or the code alone, from standard input.
graph::Outcome<config::Secret> pasted_answer(const LoginQuestion& question);

} // namespace insightd::daemon
