#include "daemon/webhooks/inbox.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace insightd::webhooks
{
namespace
{

namespace asio = boost::asio;

} // namespace

/// Those that are written together, and what came of it.
struct Inbox::Group {
    explicit Group(const asio::any_io_executor& loop)
        : written{loop, std::chrono::steady_clock::time_point::max()}
    {
    }

    std::vector<Delivered> deliveries;
    std::vector<Kept> outcomes; ///< of each delivery; empty: not written yet
    asio::steady_timer written; ///< cancelled then
};

Inbox::Inbox(asio::any_io_executor loop, model::Writer& store)
    : loop_{std::move(loop)}, store_{store}
{
}

asio::awaitable<Kept>
Inbox::keep(std::vector<model::StoryPush> pushes, std::vector<model::Mention> mentions)
{
    if (!next_)
        next_ = std::make_shared<Group>(loop_);
    const auto group = next_;
    const auto place = group->deliveries.size();
    group->deliveries.push_back({std::move(pushes), std::move(mentions)});
    if (!std::exchange(is_writing_, true))
        asio::co_spawn(loop_, write_groups(), asio::detached);
    while (group->outcomes.empty())
        co_await group->written.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return group->outcomes.at(place);
}

asio::awaitable<void> Inbox::write_groups()
{
    while (const auto group = std::exchange(next_, nullptr)) {
        group->outcomes = co_await write_all(*group);
        group->written.cancel();
    }
    is_writing_ = false;
}

/// All at once; what the store refuses so, each for itself.
asio::awaitable<std::vector<Kept>> Inbox::write_all(const Group& group)
{
    Delivered all;
    for (const auto& delivery : group.deliveries) {
        all.pushes.insert(all.pushes.end(), delivery.pushes.begin(), delivery.pushes.end());
        all.mentions.insert(all.mentions.end(), delivery.mentions.begin(), delivery.mentions.end());
    }
    const auto together = co_await write(std::move(all));
    if (together.where != Kept::Where::refused || group.deliveries.size() == 1)
        co_return std::vector<Kept>(group.deliveries.size(), together);
    std::vector<Kept> outcomes;
    for (auto delivery : group.deliveries)
        outcomes.push_back(co_await write(std::move(delivery)));
    co_return outcomes;
}

asio::awaitable<Kept> Inbox::write(Delivered rows)
{
    model::Batch batch;
    batch.account_id = model::several_accounts;
    batch.worth = model::Worth::irreplaceable;
    batch.pushes = std::move(rows.pushes);
    batch.mentions = std::move(rows.mentions);
    auto shared = std::make_shared<const model::Batch>(std::move(batch));
    Kept kept{Kept::Where::durable, {}};
    try {
        co_await store_.write(std::move(shared));
    } catch (const model::Refused& error) {
        kept = {Kept::Where::refused, error.what()};
    } catch (const std::exception& error) {
        kept = {Kept::Where::nowhere, error.what()};
    }
    co_return kept;
}

} // namespace insightd::webhooks
