#include "daemon/task_queue.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{

void TaskQueue::enqueue(const Task& task)
{
    waiting_.at(static_cast<std::size_t>(task.job)).push_back(task);
}

bool TaskQueue::has_work() const
{
    return std::ranges::any_of(waiting_, [](const auto& tasks) { return !tasks.empty(); });
}

std::vector<Task> TaskQueue::take_turn(std::size_t most, const Alike& alike)
{
    const auto next =
        std::ranges::find_if(waiting_, [](const auto& tasks) { return !tasks.empty(); });
    if (next == waiting_.end())
        return {};
    std::vector<Task> turn;
    const auto first = next->front();
    std::erase_if(*next, [&](const Task& task) {
        const bool goes = turn.size() < most && alike(first, task);
        if (goes)
            turn.push_back(task);
        return goes;
    });
    under_way_ = turn;
    return turn;
}

std::vector<Task> TaskQueue::take_all()
{
    auto all = std::exchange(under_way_, {});
    for (const auto& tasks : waiting_)
        all.insert(all.end(), tasks.begin(), tasks.end());
    drop_waiting();
    return all;
}

void TaskQueue::drop_waiting()
{
    for (auto& tasks : waiting_)
        tasks.clear();
}

bool TaskQueue::holds(const Task& task) const
{
    const auto& waiting = waiting_.at(static_cast<std::size_t>(task.job));
    return std::ranges::find(waiting, task) != waiting.end() ||
           std::ranges::find(under_way_, task) != under_way_.end();
}

std::size_t TaskQueue::size() const
{
    auto size = under_way_.size();
    for (const auto& tasks : waiting_)
        size += tasks.size();
    return size;
}

} // namespace insightd::daemon
