#pragma once

#include "storage/model/rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace insightd::daemon
{

/// One kind of work. The order is the order of importance: what is due at once is done in it.
enum class Job : std::uint8_t {
    story_insights, ///< one story's numbers: gone when it dies
    stories,        ///< the list of stories
    profile,
    media_list,
    account_days,
    audience,
    media_insights, ///< one post's numbers
    token,          ///< the account's token: renewed in time, watched while it is dead
    backfill,       ///< a piece of the past
};

inline constexpr std::size_t job_count = 9;

/// The name under which runs of the job are reported: that of its collector.
std::string_view collector_of(Job job);

/// One thing to do for one account.
struct Task {
    Job job{};
    std::uint32_t account = 0; ///< index among the configured accounts
    model::MediaId media = 0;  ///< story_insights and media_insights only

    bool operator==(const Task&) const = default;
};

/// What is due when: a pure data structure that knows neither clock nor network. 24 bytes a task.
class Scheduler
{
public:
    void add(Task task, model::Instant due);

    /// The earliest due instant; nothing if no task is left.
    std::optional<model::Instant> next_due() const;

    /// Takes the earliest task, due at next_due(); there must be one.
    Task take_next();

    /// Takes every task that is due at `now`, the longest overdue first; equal ones by importance.
    std::vector<Task> take_due(model::Instant now);

    /// Makes the account's tasks due at `now` that would have been due at `then`: a pause ended
    /// early.
    void pull_forward(std::uint32_t account, model::Instant then, model::Instant now);

    /// Makes the account's tasks of these media due at `now` at the latest. Returns the media that
    /// have no task.
    std::set<model::MediaId>
    pull_forward(std::uint32_t account, std::set<model::MediaId> media, model::Instant now);

    /// Takes out everything of these accounts.
    void drop(const std::set<std::uint32_t>& accounts);

    std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        model::Instant due;
        model::MediaId media;
        std::uint32_t account;
        Job job;
    };
    static bool later(const Entry& left, const Entry& right);

    std::vector<Entry> heap_;
};

} // namespace insightd::daemon
