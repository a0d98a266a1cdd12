#include "daemon/task_queue.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{

void TaskQueue::enqueue(const Task& task)
{
    waiting_.insert(std::ranges::upper_bound(waiting_, task.job, {}, &Task::job), task);
}

bool TaskQueue::has_work() const
{
    return !waiting_.empty();
}

std::vector<Task> TaskQueue::take_turn(std::size_t most, const Alike& alike)
{
    std::vector<Task> turn;
    if (waiting_.empty())
        return turn;
    const auto first = waiting_.front();
    std::erase_if(waiting_, [&](const Task& task) {
        const bool goes = task.job == first.job && turn.size() < most && alike(first, task);
        if (goes)
            turn.push_back(task);
        return goes;
    });
    if (waiting_.empty())
        drop_waiting();
    under_way_ = turn;
    return turn;
}

std::vector<Task> TaskQueue::take_all()
{
    auto all = std::exchange(under_way_, {});
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    drop_waiting();
    return all;
}

void TaskQueue::drop_waiting()
{
    waiting_ = std::vector<Task>{};
}

bool TaskQueue::holds(const Task& task) const
{
    return std::ranges::find(waiting_, task) != waiting_.end() ||
           std::ranges::find(under_way_, task) != under_way_.end();
}

std::size_t TaskQueue::size() const
{
    return waiting_.size() + under_way_.size();
}

} // namespace insightd::daemon
