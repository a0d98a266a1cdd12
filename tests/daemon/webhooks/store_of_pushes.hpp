#pragma once

#include "storage/model/writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <vector>

namespace insightd::webhooks
{

/// A store that takes its time: a write ends when the gate is opened.
class StoreOfPushes final : public model::Writer
{
public:
    explicit StoreOfPushes(boost::asio::io_context& loop) : gate_{loop} {}

    boost::asio::awaitable<void> write(model::SharedBatch batch) override
    {
        writes.push_back(batch->pushes.size());
        if (is_shut) {
            gate_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await gate_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        if (is_away)
            throw model::Unavailable{"away"};
        for (const auto& push : batch->pushes)
            if (push.media_id == refused)
                throw model::Refused{"no such story"};
        for (const auto& push : batch->pushes)
            stored.push_back(push.media_id);
    }

    void open()
    {
        is_shut = false;
        gate_.cancel();
    }

    bool is_shut = false;
    bool is_away = false;
    model::MediaId refused = 0;
    std::vector<std::size_t> writes; ///< how many pushes each was given
    std::vector<model::MediaId> stored;

private:
    boost::asio::steady_timer gate_;
};

} // namespace insightd::webhooks
