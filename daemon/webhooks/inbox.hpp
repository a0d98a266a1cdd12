#pragma once

#include "storage/model/public.hpp"
#include "storage/model/story_push.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace insightd::webhooks
{

/// What became of pushes that were to be kept.
struct Kept {
    enum class Where {
        durable, ///< in the database or on this machine's disk
        nowhere, ///< neither takes them now
        refused, ///< the store does not take them, now or later
    };
    Where where{};
    std::string why_not; ///< empty if durable
};

/// Pushes on their way to the store. What comes while others are being written is written next, all
/// of it at once: however many come, each waits for two writes at most.
class Inbox
{
public:
    Inbox(boost::asio::any_io_executor loop, model::Writer& store);

    /// Returns when that is known. What others have that the store refuses holds nobody up.
    boost::asio::awaitable<Kept>
    keep(std::vector<model::StoryPush> pushes, std::vector<model::Mention> mentions = {});

private:
    struct Group;

    /// What came together.
    struct Delivered {
        std::vector<model::StoryPush> pushes;
        std::vector<model::Mention> mentions;
    };

    boost::asio::awaitable<void> write_groups();
    boost::asio::awaitable<std::vector<Kept>> write_all(const Group& group);
    boost::asio::awaitable<Kept> write(Delivered rows);

    boost::asio::any_io_executor loop_;
    model::Writer& store_;
    std::shared_ptr<Group> next_;
    bool is_writing_ = false;
};

} // namespace insightd::webhooks
