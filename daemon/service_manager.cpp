#include "daemon/service_manager.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>
#include <ctime>

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
    status_ = status;
    tell("READY=1\nSTATUS=" + status_);
}

void ServiceManager::status(const std::string& status)
{
    status_ = status;
    tell("STATUS=" + status_);
}

/// The instant tells systemd 253 and newer, for Type=notify-reload, that this is the answer to its
/// signal and not to an earlier one; older ones pass it over.
void ServiceManager::reloading()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    const auto instant = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
    if (!stops_)
        tell(
            "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(instant.count()) +
            "\nSTATUS=reading the configuration");
}

void ServiceManager::reloaded()
{
    if (!stops_)
        ready(status_);
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
