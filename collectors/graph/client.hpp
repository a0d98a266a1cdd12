#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/gathering.hpp"
#include "collectors/graph/memory.hpp"
#include "collectors/graph/permit.hpp"
#include "collectors/graph/reply.hpp"
#include "collectors/graph/request.hpp"
#include "config/config.hpp"
#include "config/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace insightd::graph
{

class Flight;
class Transport;
struct HostTraits;
struct HttpRequest;
struct HttpReply;

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
        CallObserver observer = {}, Permit* permit = nullptr, Memory* memory = nullptr);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Whether "An unknown error has occurred" is tried again like an outage, or given back at once
    /// to a caller who finds out which part of the request it is about.
    enum class UnknownErrors { tried_again, given_back };

    /// The decoded body, or why not. Transient failures are tried three times in all. Each try
    /// needs the permit, if there is one; without it nothing is sent and the failure is held_back.
    /// While seats are taken it is sent together with what the others ask; the last try goes alone,
    /// for the batch may be what fails.
    boost::asio::awaitable<Outcome<Reply>>
    get(Request request, UnknownErrors unknown_errors = UnknownErrors::tried_again);

    /// The same without another try, and never together with others: for who plans the next call by
    /// itself.
    boost::asio::awaitable<Outcome<Reply>> get_once(Request request);

    /// How many calls one request takes; 1 where the host takes no batches, as far as is known.
    std::size_t batch_size() const;

    /// For a coroutine that asks side by side with others: no seat where the host takes no batches.
    Gathering::Seat take_seat();

    /// What is remembered beyond this client.
    Memory& memory() { return memory_ != nullptr ? *memory_ : own_memory_; }

    const std::string& version() const { return api_.version; } ///< that is asked for, "v24.0"
    config::Login login() const { return identity_.login; }
    std::uint64_t token_version() const { return identity_.version; }
    std::int64_t calls() const { return calls_; }   ///< HTTP calls made so far, tries included
    const Usage& usage() const { return usage_; }   ///< the newest figures any answer gave
    const HostFacts& host() const { return host_; } ///< of the newest answer

private:
    using Members = std::vector<std::shared_ptr<Asked>>;

    const HostTraits& traits() const;
    const std::string& host_url() const;
    const Memory& memory() const { return memory_ != nullptr ? *memory_ : own_memory_; }
    std::optional<std::string> proof() const;

    // client.cpp: one call, one request
    boost::asio::awaitable<Outcome<Reply>> try_once(Request request, int attempt);
    boost::asio::awaitable<Outcome<Reply>> try_alone(const Request& request);
    boost::asio::awaitable<Outcome<Reply>> send(const Request& request, Ending& ending);
    HttpRequest http_request(const Request& request) const;
    void observe(const std::string& url, const Outcome<HttpReply>& answer) const;
    Outcome<Reply> take(const Outcome<HttpReply>& answer, Ending& ending);
    Outcome<Reply> read(const HttpReply& answer) const;
    std::optional<std::chrono::seconds> told_wait(const HttpReply& answer) const;
    void erase_secrets(Failure& failure) const;

    // batching.cpp: several calls, one request
    boost::asio::awaitable<void> try_round(Gathering::Round round);
    boost::asio::awaitable<void> try_together(Members members);
    boost::asio::awaitable<void> send_together(Members members, Flight& flight);
    HttpRequest batch_request(const Members& members) const;
    void take_members(
        const Members& members, const std::vector<Outcome<HttpReply>>& answers, Flight& flight);
    void refuse_all(const Members& members, Failure whole, Flight& flight);
    std::string relative_url(const Request& request) const;

    Transport& transport_;
    const config::Api& api_;
    Identity identity_;
    Pause pause_;
    CallObserver observer_;
    Permit* permit_;
    Memory* memory_;
    Memory own_memory_; ///< where nobody has one for it
    std::shared_ptr<Gathering> gathering_;
    std::int64_t calls_ = 0;
    Usage usage_;
    HostFacts host_;
};

} // namespace insightd::graph
