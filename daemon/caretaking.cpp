#include "daemon/caretaking.hpp"

#include "daemon/heap.hpp"
#include "daemon/log.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <date/date.h>

#include <algorithm>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::hours between_rounds{6};

/// A simulation's hours pass in milliseconds, the machine's work does not.
constexpr std::chrono::seconds least_wait{1};

/// After each step for this many times as long as it took: four fifths of the time are the others'.
constexpr int rests_per_step = 4;

std::int64_t sum_of(const std::vector<model::ThinnedRows>& taken)
{
    std::int64_t rows = 0;
    for (const auto& part : taken)
        rows += part.rows;
    return rows;
}

} // namespace

Caretaking::Caretaking(Services services) : services_{std::move(services)}, timer_{services_.loop}
{
}

asio::awaitable<void> Caretaking::run()
{
    bool said = false;
    while (!stopping_) {
        const auto next = services_.clock.now() + between_rounds;
        const auto away = co_await try_round();
        if (!away.empty() && !stopping_ && !std::exchange(said, true))
            log::warning("caretaking_waits", {{"reason", away}});
        said = said && !away.empty();
        give_free_memory_back(); // here: another thread would hold the loop's heap for as long
        co_await rest(std::max<std::chrono::steady_clock::duration>(
            services_.clock.real_time_until(next), least_wait));
    }
}

/// Why it could not be ended; empty if it was.
asio::awaitable<std::string> Caretaking::try_round()
{
    try {
        co_await round();
    } catch (const model::Unavailable& away) {
        co_return away.what();
    } catch (const model::Refused& refused) {
        co_return refused.what();
    }
    co_return std::string{};
}

asio::awaitable<void> Caretaking::round()
{
    co_await services_.caretaker.make_months(services_.clock.now());
    co_await thin_own_accounts();
    co_await rebuild_months();
}

asio::awaitable<void> Caretaking::thin_own_accounts()
{
    if (!services_.full_resolution)
        co_return;
    for (const auto& lease : services_.leases()) {
        if (stopping_)
            co_return;
        co_await thin(lease);
    }
}

asio::awaitable<void> Caretaking::thin(model::Lease lease)
{
    const auto now = services_.clock.now();
    const model::ThinOrder order{
        lease.account_id, now - *services_.full_resolution, now, lease.fence};
    std::int64_t rows = 0;
    for (bool is_over = false; !is_over && !stopping_;) {
        const auto begun = std::chrono::steady_clock::now();
        const auto step = co_await services_.caretaker.thin(order);
        rows += sum_of(step.taken);
        is_over = step.is_over;
        if (!is_over)
            co_await rest(rests_per_step * (std::chrono::steady_clock::now() - begun));
    }
    if (rows > 0)
        log::info("thinned", {{"account_id", lease.account_id}, {"rows", rows}});
}

asio::awaitable<void> Caretaking::rebuild_months()
{
    for (bool is_over = false; !is_over && !stopping_;) {
        const auto begun = std::chrono::steady_clock::now();
        const auto rebuilt = co_await services_.caretaker.rebuild_month(services_.clock.now());
        is_over = !rebuilt;
        if (!rebuilt)
            continue;
        log::info(
            "month_rebuilt", {{"month", date::format("%Y-%m", rebuilt->month)},
                              {"key_bytes_before", rebuilt->bytes_before},
                              {"key_bytes_after", rebuilt->bytes_after}});
        co_await rest(rests_per_step * (std::chrono::steady_clock::now() - begun));
    }
}

asio::awaitable<void> Caretaking::rest(std::chrono::steady_clock::duration duration)
{
    timer_.expires_after(stopping_ ? std::chrono::steady_clock::duration{} : duration);
    boost::system::error_code cut_short;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

void Caretaking::stop()
{
    stopping_ = true;
    services_.caretaker.stop_rebuilding();
    timer_.cancel();
}

} // namespace insightd::daemon
