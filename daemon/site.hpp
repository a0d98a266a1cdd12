#pragma once

#include "daemon/http/server.hpp"
#include "daemon/webhooks/inbox.hpp"
#include "daemon/webhooks/receiver.hpp"

#include <memory>
#include <optional>

namespace insightd::daemon
{

struct Daemon;

/// What the daemon answers over HTTP: its pages, and webhooks, each where it is configured.
class Site
{
public:
    /// Serves at once. Throws http::CannotListen, config::Unusable.
    explicit Site(Daemon& daemon);

    /// The daemon has other accounts by now.
    void accounts_changed();

private:
    boost::asio::awaitable<http::Answer> answer(http::Question question);
    boost::asio::awaitable<http::Answer> page(http::Question question);
    void take_webhooks();
    void serve_pages();
    void serve_webhooks_alone();

    Daemon& daemon_;
    std::optional<webhooks::Inbox> inbox_;
    std::optional<webhooks::Receiver> receiver_;
    std::unique_ptr<http::Server> pages_;
    std::unique_ptr<http::Server> webhooks_; ///< if they have an address of their own
};

} // namespace insightd::daemon
