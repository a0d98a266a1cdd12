#include "daemon/handing_over.hpp"

#include "daemon/engine.hpp"
#include "daemon/replicas/replica.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <span>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;
using Time = std::chrono::steady_clock::time_point;

/// So many accounts are handed over before the clock is looked at.
constexpr std::size_t at_once = 50;

/// Then the loop does what else is due.
constexpr std::chrono::milliseconds without_a_breath{5};

/// Lets the loop turn if this has gone on for long.
asio::awaitable<void> breathe(Time& since)
{
    if (std::chrono::steady_clock::now() - since < without_a_breath)
        co_return;
    auto loop = co_await asio::this_coro::executor;
    co_await asio::post(loop, asio::use_awaitable);
    since = std::chrono::steady_clock::now();
}

/// Each account for itself is soon done; together they are not.
template <class Item, class Do>
asio::awaitable<void> in_steps(const std::vector<Item>& items, Do what, Time& since)
{
    const std::span all{items};
    for (std::size_t begin = 0; begin < all.size(); begin += at_once) {
        what(all.subspan(begin, std::min(at_once, all.size() - begin)));
        co_await breathe(since);
    }
}

void drop(const std::vector<model::AccountId>& removed, replicas::Replica& replica)
{
    const std::set<model::AccountId> gone{removed.begin(), removed.end()};
    auto kept = replica.accounts();
    std::erase_if(kept, [&](auto account) { return gone.contains(account); });
    replica.configured(std::move(kept));
}

} // namespace

/// Those that are removed first: their places are the newcomers'.
asio::awaitable<void>
hand_over(const reload::Changes& changes, Engine& engine, replicas::Replica& replica)
{
    const auto remove = [&](std::span<const model::AccountId> some) {
        engine.remove({some.begin(), some.end()});
    };
    const auto add = [&](std::span<const config::Account> some) {
        for (const auto& account : some)
            engine.add(account);
    };
    const auto change = [&](std::span<const config::Account> some) {
        for (const auto& account : some)
            engine.change(account);
    };
    auto since = std::chrono::steady_clock::now();
    auto removing = in_steps(changes.removed, remove, since);
    co_await std::move(removing);
    auto adding = in_steps(changes.added, add, since);
    co_await std::move(adding);
    auto changing = in_steps(changes.changed, change, since);
    co_await std::move(changing);
    if (!changes.removed.empty())
        drop(changes.removed, replica);
}

} // namespace insightd::daemon
