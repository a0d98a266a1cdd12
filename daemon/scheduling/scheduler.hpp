#pragma once

#include "daemon/scheduling/indexed_heap.hpp"
#include "daemon/scheduling/post_table.hpp"
#include "daemon/scheduling/task.hpp"
#include "storage/model/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace insightd::scheduling
{

/// What is due when: a pure data structure that knows neither clock nor network. Two levels: a heap
/// of the accounts' few jobs, with one entry for the earliest post of each account; and below it
/// each account's own table of posts. Every call but the ones that say otherwise is O(log n).
/// Each task is planned at most once.
class Scheduler
{
public:
    /// The account's posts, which it owns, are planned here from now on. The table must outlive
    /// the scheduler's last call, or detach().
    void attach(std::uint32_t account, PostTable& posts);

    /// Nothing of the account is planned any more.
    void detach(std::uint32_t account);

    /// Nothing of any account is planned any more, posts neither; their tables stay attached.
    void clear();

    /// Due at this instant, whatever was planned before. A post that its account's table does not
    /// hold is not planned.
    void add(const Task& task, model::Instant due);

    /// The same after a failure or a doubt: replan() leaves it as it is.
    void put_off(const Task& task, model::Instant until);

    /// Not planned any more.
    void cancel(const Task& task);

    /// Another instant for a post that is planned, earlier or later, unless it was put off.
    void replan(const Task& task, model::Instant due);

    /// When the task is due; nothing if it is not planned.
    std::optional<model::Instant> due_of(const Task& task) const;

    /// Due at `latest` if that is earlier. False, and nothing happens, if it is not planned.
    bool pull_forward(const Task& task, model::Instant latest);

    /// Makes the account's tasks due at `now` that would have been due at `then`: a pause ended
    /// early. Linear in the account's posts.
    void pull_forward(std::uint32_t account, model::Instant then, model::Instant now);

    /// The post leaves its account's table, planned or not.
    void remove_post(std::uint32_t account, model::MediaId id);

    /// Makes everything due at `now`. Linear.
    void make_all_due(model::Instant now);

    /// The earliest due instant; nothing if no task is left.
    std::optional<model::Instant> next_due() const;

    /// Takes the earliest task, due at next_due(); there must be one. Of equal ones the more
    /// important job, then the smaller account, then the smaller post.
    Task take_next();

    /// Takes every task that is due at `now`, the longest overdue first.
    std::vector<Task> take_due(model::Instant now);

    /// What it takes on the heap, with what it holds in reserve; the tables apart.
    std::size_t bytes() const;

private:
    struct Entry {
        model::Instant due;
        std::uint32_t account;
        Job job;          ///< of a post: which kind it is
        std::uint8_t row; ///< in the account's places
    };
    /// The jobs that are not of single posts, each its own; and the earliest post.
    static constexpr std::size_t post_row = job_count;

    struct Lane {
        PostTable* posts = nullptr;
        std::array<std::uint32_t, job_count + 1> places{};
    };
    struct Order;

    Lane& lane(std::uint32_t account);
    void put(std::uint32_t account, std::size_t row, Job job, model::Instant due);
    void plan(const Task& task, model::Instant due, bool is_put_off);
    void drop(std::uint32_t account, std::size_t row);
    void follow(std::uint32_t account);

    std::vector<Lane> lanes_;
    IndexedHeap<Entry> heap_;
};

} // namespace insightd::scheduling
