#pragma once

#include "daemon/scheduler.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace insightd::daemon
{

/// One account's work that is due and not done: what waits, in the order of importance, and what is
/// under way.
class TaskQueue
{
public:
    void enqueue(const Task& task);
    bool has_work() const;
    /// The next job: one list or node, or up to `most` media objects that are like the first.
    using Alike = std::function<bool(const Task& first, const Task& other)>;
    std::vector<Task> take_turn(std::size_t most, const Alike& alike);
    void end_turn() { under_way_.clear(); }
    /// What waits, and what was begun and not ended.
    std::vector<Task> take_all();
    /// Forgets what waits; what was begun goes on.
    void drop_waiting();

    /// Waits to be done, or is being done.
    bool holds(const Task& task) const;
    /// How many do.
    std::size_t size() const;

private:
    std::vector<Task> waiting_; ///< by importance, then as they came; takes no memory when empty:
                                ///< there are as many queues as accounts
    std::vector<Task> under_way_;
};

} // namespace insightd::daemon
