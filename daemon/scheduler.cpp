#include "daemon/scheduler.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace insightd::daemon
{

std::string_view collector_of(Job job)
{
    static constexpr std::array<std::string_view, job_count> names{
        "stories",  "stories",        "profile", "media",   "account_insights",
        "audience", "media_insights", "token",   "backfill"};
    return names.at(static_cast<std::size_t>(job));
}

bool Scheduler::later(const Entry& left, const Entry& right)
{
    return std::tie(left.due, left.job, left.account, left.media) >
           std::tie(right.due, right.job, right.account, right.media);
}

void Scheduler::add(Task task, model::Instant due)
{
    heap_.push_back({due, task.media, task.account, task.job});
    std::ranges::push_heap(heap_, later);
}

std::optional<model::Instant> Scheduler::next_due() const
{
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().due};
}

Task Scheduler::take_next()
{
    std::ranges::pop_heap(heap_, later);
    const auto entry = heap_.back();
    heap_.pop_back();
    return {entry.job, entry.account, entry.media};
}

std::vector<Task> Scheduler::take_due(model::Instant now)
{
    std::vector<Task> due;
    while (!heap_.empty() && heap_.front().due <= now)
        due.push_back(take_next());
    return due;
}

void Scheduler::pull_forward(std::uint32_t account, model::Instant then, model::Instant now)
{
    for (auto& entry : heap_)
        if (entry.account == account && entry.due == then)
            entry.due = now;
    std::ranges::make_heap(heap_, later);
}

std::set<model::MediaId>
Scheduler::pull_forward(std::uint32_t account, std::set<model::MediaId> media, model::Instant now)
{
    const auto wanted = media;
    for (auto& entry : heap_)
        if (entry.account == account && wanted.contains(entry.media)) {
            entry.due = std::min(entry.due, now);
            media.erase(entry.media);
        }
    std::ranges::make_heap(heap_, later);
    return media;
}

void Scheduler::drop(const std::set<std::uint32_t>& accounts)
{
    std::erase_if(heap_, [&](const Entry& entry) { return accounts.contains(entry.account); });
    std::ranges::make_heap(heap_, later);
}

} // namespace insightd::daemon
