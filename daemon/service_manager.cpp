#include "daemon/service_manager.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>

namespace insightd::daemon
{
namespace
{

/// Whoever does not listen is no reason to stop.
void tell(const std::string& lines)
{
    sd_notify(0, lines.c_str());
}

} // namespace

ServiceManager::ServiceManager(boost::asio::any_io_executor loop) : next_{loop} {}

void ServiceManager::ready(const std::string& status)
{
    tell("READY=1\nSTATUS=" + status);
}

void ServiceManager::status(const std::string& status)
{
    tell("STATUS=" + status);
}

void ServiceManager::stopping()
{
    stops_ = true;
    next_.cancel();
    tell("STOPPING=1");
}

boost::asio::awaitable<void> ServiceManager::feed_watchdog()
{
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0)
        co_return;
    const std::chrono::microseconds interval{microseconds / 2};
    while (!stops_) {
        tell("WATCHDOG=1");
        next_.expires_after(interval);
        boost::system::error_code cut_short;
        co_await next_.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cut_short));
    }
}

} // namespace insightd::daemon
