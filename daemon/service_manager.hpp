#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace insightd::daemon
{

/// systemd, where it started the process (NOTIFY_SOCKET is set); else nobody is told anything.
/// Source: sd_notify(3), sd_watchdog_enabled(3).
class ServiceManager
{
public:
    explicit ServiceManager(boost::asio::any_io_executor loop);

    /// The start is over; `status` is what `systemctl status` shows from now on.
    void ready(const std::string& status);
    void status(const std::string& status);

    /// Another configuration is being read; until reloaded(), which shows the status again.
    void reloading();
    void reloaded();

    /// The end has begun: the watchdog is fed no more.
    void stopping();

    /// Says twice per interval of the watchdog that the loop turns, until stopping(). Ends at once
    /// where there is no watchdog.
    boost::asio::awaitable<void> feed_watchdog();

private:
    bool stops_ = false;
    std::string status_;
    boost::asio::steady_timer next_;
};

} // namespace insightd::daemon
