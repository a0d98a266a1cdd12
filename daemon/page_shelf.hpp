#pragma once

#include "daemon/status_page/facts.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace insightd::daemon
{

/// What was read for pages, kept for some seconds by what it is of. However many ask for the same
/// at once, it is read once, and however often they ask, once in so many seconds.
template <class Facts> class PageShelf
{
public:
    using Time = std::chrono::nanoseconds; ///< of a clock that only goes forward
    using Stored = status_page::Stored<Facts>;
    using Shown = std::shared_ptr<const Stored>;
    using Read = std::function<boost::asio::awaitable<Facts>()>;

    struct Clocks {
        std::function<Time()> machine;
        std::function<model::Instant()> daemon; ///< what facts are dated by
    };

    PageShelf(boost::asio::any_io_executor loop, Clocks clocks, std::size_t most)
        : loop_{std::move(loop)}, clocks_{std::move(clocks)}, most_{most}
    {
    }

    /// As it was read at most some seconds ago, or is read now. Where that fails, what was read
    /// last, and why it is not newer. Nothing if too much is being read already.
    boost::asio::awaitable<Shown> get(std::string key, Read read)
    {
        const auto entry = entry_of(key);
        if (!entry)
            co_return nullptr;
        if (entry->is_fresh(clocks_.machine()))
            co_return Shown{entry, &entry->stored};
        if (entry->is_read) {
            co_await others(*entry);
            co_return Shown{entry, &entry->stored};
        }
        entry->is_read = true;
        auto reading = refresh(entry, std::move(read));
        co_await std::move(reading);
        entry->is_read = false;
        entry->tried_at = clocks_.machine();
        entry->ended.cancel();
        co_return Shown{entry, &entry->stored};
    }

    /// What was read last; nothing is asked.
    Shown last(const std::string& key, const std::string& why_not)
    {
        const auto found = entries_.find(key);
        const auto entry = found != entries_.end() ? found->second : std::make_shared<Entry>(loop_);
        entry->tried_at.reset();
        entry->stored.why_not = why_not;
        return Shown{entry, &entry->stored};
    }

private:
    static constexpr std::chrono::seconds fresh{5};

    struct Entry {
        explicit Entry(const boost::asio::any_io_executor& loop) : ended{loop} {}
        bool is_fresh(Time now) const { return tried_at && now - *tried_at < fresh; }

        Stored stored;
        std::optional<Time> tried_at;
        bool is_read = false;            ///< at this moment
        boost::asio::steady_timer ended; ///< cancelled when that has ended
    };

    static boost::asio::awaitable<void> others(Entry& entry)
    {
        entry.ended.expires_at(boost::asio::steady_timer::time_point::max());
        boost::system::error_code cut_short;
        co_await entry.ended.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cut_short));
    }

    boost::asio::awaitable<void> refresh(std::shared_ptr<Entry> entry, Read read)
    {
        try {
            auto reading = read();
            entry->stored.facts = co_await std::move(reading);
            entry->stored.as_of = clocks_.daemon();
            entry->stored.why_not.clear();
        } catch (const model::Unavailable& away) {
            entry->stored.why_not = away.what();
        } catch (const model::Refused& refused) {
            entry->stored.why_not = refused.what();
        } catch (...) { // nobody may wait for it for ever
            entry->is_read = false;
            entry->ended.cancel();
            throw;
        }
    }

    std::shared_ptr<Entry> entry_of(const std::string& key)
    {
        const auto found = entries_.find(key);
        if (found != entries_.end())
            return found->second;
        if (entries_.size() >= most_)
            std::erase_if(entries_, [this](const auto& line) {
                return !line.second->is_read && !line.second->is_fresh(clocks_.machine());
            });
        if (entries_.size() >= most_)
            return nullptr;
        return entries_.emplace(key, std::make_shared<Entry>(loop_)).first->second;
    }

    boost::asio::any_io_executor loop_;
    Clocks clocks_;
    std::size_t most_;
    std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
};

} // namespace insightd::daemon
