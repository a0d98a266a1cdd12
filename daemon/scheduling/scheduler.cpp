#include "daemon/scheduling/scheduler.hpp"

#include <tuple>

namespace insightd::scheduling
{

struct Scheduler::Order {
    std::vector<Lane>& lanes;

    bool before(const Entry& left, const Entry& right) const
    {
        return std::tie(left.due, left.job, left.account) <
               std::tie(right.due, right.job, right.account);
    }
    void placed(const Entry& entry, std::uint32_t place) const
    {
        lanes[entry.account].places[entry.row] = place;
    }
};

Scheduler::Lane& Scheduler::lane(std::uint32_t account)
{
    while (lanes_.size() <= account)
        lanes_.emplace_back().places.fill(nowhere);
    return lanes_[account];
}

void Scheduler::attach(std::uint32_t account, PostTable& posts)
{
    lane(account).posts = &posts;
    follow(account);
}

void Scheduler::detach(std::uint32_t account)
{
    for (std::size_t row = 0; row <= post_row; ++row)
        drop(account, row);
    lane(account).posts = nullptr;
}

void Scheduler::clear()
{
    for (std::uint32_t account = 0; account < lanes_.size(); ++account) {
        for (std::size_t job = 0; job < job_count; ++job)
            drop(account, job);
        if (auto* posts = lanes_[account].posts)
            posts->drop_plans();
        follow(account);
    }
}

void Scheduler::add(const Task& task, model::Instant due)
{
    if (task.media == 0)
        return put(task.account, static_cast<std::size_t>(task.job), task.job, due);
    plan(task, due, false);
}

void Scheduler::put_off(const Task& task, model::Instant until)
{
    if (task.media == 0)
        return put(task.account, static_cast<std::size_t>(task.job), task.job, until);
    plan(task, until, true);
}

void Scheduler::cancel(const Task& task)
{
    if (task.media == 0)
        return drop(task.account, static_cast<std::size_t>(task.job));
    if (auto* posts = lane(task.account).posts)
        posts->cancel(task.media);
    follow(task.account);
}

void Scheduler::replan(const Task& task, model::Instant due)
{
    const auto* posts = lane(task.account).posts;
    const auto* post = posts != nullptr ? posts->find(task.media) : nullptr;
    if (post != nullptr && post->is_planned() && !post->is_put_off && post->due != due)
        plan(task, due, false);
}

void Scheduler::plan(const Task& task, model::Instant due, bool is_put_off)
{
    auto* posts = lane(task.account).posts;
    auto* post = posts != nullptr ? posts->find(task.media) : nullptr;
    if (post == nullptr)
        return;
    post->is_put_off = is_put_off;
    posts->plan(task.media, due);
    follow(task.account);
}

std::optional<model::Instant> Scheduler::due_of(const Task& task) const
{
    if (task.account >= lanes_.size())
        return std::nullopt;
    const auto& lane = lanes_[task.account];
    if (task.media == 0) {
        const auto place = lane.places.at(static_cast<std::size_t>(task.job));
        return place == nowhere ? std::nullopt : std::optional{heap_.at(place).due};
    }
    const auto* post = lane.posts != nullptr ? lane.posts->find(task.media) : nullptr;
    return post != nullptr && post->is_planned() ? std::optional{post->due} : std::nullopt;
}

bool Scheduler::pull_forward(const Task& task, model::Instant latest)
{
    const auto due = due_of(task);
    if (due && latest < *due)
        add(task, latest);
    return due.has_value();
}

void Scheduler::pull_forward(std::uint32_t account, model::Instant then, model::Instant now)
{
    for (std::size_t job = 0; job < job_count; ++job)
        if (const auto place = lane(account).places.at(job);
            place != nowhere && heap_.at(place).due == then)
            put(account, job, static_cast<Job>(job), now);
    if (auto* posts = lane(account).posts)
        posts->pull_forward(then, now);
    follow(account);
}

void Scheduler::remove_post(std::uint32_t account, model::MediaId id)
{
    if (auto* posts = lane(account).posts)
        posts->remove(id);
    follow(account);
}

void Scheduler::make_all_due(model::Instant now)
{
    for (std::uint32_t account = 0; account < lanes_.size(); ++account) {
        for (std::size_t job = 0; job < job_count; ++job)
            if (lanes_[account].places.at(job) != nowhere)
                put(account, job, static_cast<Job>(job), now);
        if (auto* posts = lanes_[account].posts)
            for (const auto& post : posts->posts())
                if (post.is_planned())
                    posts->plan(post.id, now);
        follow(account);
    }
}

std::optional<model::Instant> Scheduler::next_due() const
{
    return heap_.empty() ? std::nullopt : std::optional{heap_.first().due};
}

Task Scheduler::take_next()
{
    const auto entry = heap_.first();
    if (entry.row != post_row) {
        drop(entry.account, entry.row);
        return {entry.job, entry.account, 0};
    }
    const auto& post = lanes_[entry.account].posts->take_first();
    const Task task{post.job, entry.account, post.id};
    follow(entry.account);
    return task;
}

std::vector<Task> Scheduler::take_due(model::Instant now)
{
    std::vector<Task> due;
    while (!heap_.empty() && heap_.first().due <= now)
        due.push_back(take_next());
    return due;
}

std::size_t Scheduler::bytes() const
{
    return lanes_.capacity() * sizeof(Lane) + heap_.bytes();
}

void Scheduler::put(std::uint32_t account, std::size_t row, Job job, model::Instant due)
{
    const auto place = lane(account).places.at(row);
    const Entry entry{due, account, job, static_cast<std::uint8_t>(row)};
    if (place == nowhere)
        heap_.push(entry, Order{lanes_});
    else
        heap_.put(place, entry, Order{lanes_});
}

void Scheduler::drop(std::uint32_t account, std::size_t row)
{
    if (const auto place = lane(account).places.at(row); place != nowhere)
        heap_.erase(place, Order{lanes_});
}

/// The account's entry for posts says what its table says.
void Scheduler::follow(std::uint32_t account)
{
    const auto* posts = lane(account).posts;
    const auto* first = posts != nullptr ? posts->first() : nullptr;
    if (first == nullptr)
        return drop(account, post_row);
    put(account, post_row, first->job, first->due);
}

} // namespace insightd::scheduling
