#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/usage.hpp"
#include "config/config.hpp"
#include "config/secret.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace insightd::graph
{

class Transport;
struct HttpRequest;
struct HttpReply;

/// A GET below the version: `path` as "17841405822304914/media", parameters unescaped.
struct Request {
    Request(std::string node_path, std::vector<std::pair<std::string, std::string>> parameters)
        : path{std::move(node_path)}, params{std::move(parameters)}
    {
    }

    std::string path;
    std::vector<std::pair<std::string, std::string>> params;
};

/// A decoded answer without an error in it.
struct Reply {
    boost::json::value body;
    Usage usage;
};

/// What an answer tells of the host itself.
struct HostFacts {
    std::string api_version; ///< that really answered; an expired one is silently forwarded.
                             ///< Source: graph-api.md section 0, rule 10. Empty if not told
    std::optional<std::chrono::sys_seconds> time; ///< of its clock, when it answered
};

/// One HTTP call as the log may show it: no secret is in the URL.
struct CallReport {
    std::string url; ///< redacted
    int status = 0;  ///< 0 where there was no answer
};

/// Told of each call; may be empty.
using CallObserver = std::function<void(const CallReport&)>;

/// Waits before try number `attempt` (1, 2, …). Injected, so that tests need no time.
using Pause = std::function<boost::asio::awaitable<void>(int attempt)>;

/// One account's way to its Graph host: knows URLs, tokens and errors, nothing of metrics.
class Client
{
public:
    struct Identity {
        config::Login login{};
        config::Secret token;
        std::optional<config::Secret> app_secret; ///< facebook: adds appsecret_proof
        std::uint64_t version = 0;                ///< tells this token from the account's others
    };

    Client(
        Transport& transport, const config::Api& api, Identity identity, Pause pause,
        CallObserver observer = {});

    /// From now on every call asks it first, tries included.
    void asks(std::function<bool()> permit) { permit_ = std::move(permit); }

    /// Whether "An unknown error has occurred" is tried again like an outage, or given back at once
    /// to a caller who finds out which part of the request it is about.
    enum class UnknownErrors { tried_again, given_back };

    /// The decoded body, or why not. Transient failures are tried three times in all.
    boost::asio::awaitable<Outcome<Reply>>
    get(Request request, UnknownErrors unknown_errors = UnknownErrors::tried_again);

    const std::string& version() const { return api_.version; } ///< that is asked for, "v24.0"
    config::Login login() const { return identity_.login; }
    std::uint64_t token_version() const { return identity_.version; }
    std::int64_t calls() const { return calls_; }   ///< HTTP calls made so far, tries included
    const Usage& usage() const { return usage_; }   ///< the newest figures any answer gave
    const HostFacts& host() const { return host_; } ///< of the newest answer

private:
    boost::asio::awaitable<Outcome<Reply>> try_once(const Request& request);
    HttpRequest http_request(const Request& request) const;
    Outcome<Reply> read(const HttpReply& answer) const;

    Transport& transport_;
    const config::Api& api_;
    Identity identity_;
    Pause pause_;
    CallObserver observer_;
    std::function<bool()> permit_;
    std::int64_t calls_ = 0;
    Usage usage_;
    HostFacts host_;
};

} // namespace insightd::graph
