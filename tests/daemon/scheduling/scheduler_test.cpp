#include "daemon/scheduling/scheduler.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace insightd::scheduling
{
namespace
{

using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

/// A scheduler and the tables of its accounts, filled by the wayside.
struct Planned {
    Scheduler scheduler;
    std::array<PostTable, 4> tables;

    Planned()
    {
        for (std::uint32_t account = 0; account < tables.size(); ++account)
            scheduler.attach(account, tables.at(account));
    }
    void add(const Task& task, model::Instant due)
    {
        know(task);
        scheduler.add(task, due);
    }
    void know(const Task& task)
    {
        if (task.media != 0)
            tables.at(task.account).add(task.media).job = task.job;
    }
};

TEST(Scheduler, GivesOutWhatIsDueAndNothingElse)
{
    Scheduler scheduler;
    scheduler.add({Job::profile, 1, 0}, noon);
    scheduler.add({Job::profile, 2, 0}, noon + 1s);
    EXPECT_THAT(scheduler.take_due(noon - 1us), IsEmpty());
    EXPECT_THAT(scheduler.take_due(noon), ElementsAre(Task{Job::profile, 1, 0}));
    EXPECT_EQ(scheduler.next_due(), noon + 1s);
}

TEST(Scheduler, PutsTheLongestOverdueFirst)
{
    Planned planned;
    planned.add({Job::media_insights, 1, 5}, noon);
    planned.add({Job::media_insights, 1, 6}, noon - 1h);
    EXPECT_THAT(
        planned.scheduler.take_due(noon),
        ElementsAre(Task{Job::media_insights, 1, 6}, Task{Job::media_insights, 1, 5}));
}

TEST(Scheduler, PutsStoriesFirstAmongEquals)
{
    Planned planned;
    planned.add({Job::media_insights, 1, 5}, noon);
    planned.add({Job::audience, 1, 0}, noon);
    planned.add({Job::story_insights, 1, 9}, noon);
    planned.add({Job::stories, 1, 0}, noon);
    const auto due = planned.scheduler.take_due(noon);
    EXPECT_EQ(due.front().job, Job::story_insights);
    EXPECT_EQ(due.back().job, Job::media_insights);
}

TEST(Scheduler, IsEmptyWithoutTasks)
{
    Scheduler scheduler;
    EXPECT_EQ(scheduler.next_due(), std::nullopt);
    EXPECT_THAT(scheduler.take_due(noon), IsEmpty());
}

TEST(Scheduler, PlansATaskOnce)
{
    Planned planned;
    for (const Task task : {Task{Job::profile, 1, 0}, Task{Job::media_insights, 1, 5}}) {
        planned.add(task, noon);
        planned.add(task, noon + 1h);
        EXPECT_EQ(planned.scheduler.due_of(task), noon + 1h);
    }
    EXPECT_EQ(planned.scheduler.take_due(noon + 1h).size(), 2U);
}

TEST(Scheduler, PullsForwardButNeverBack)
{
    Planned planned;
    const Task post{Job::media_insights, 1, 5};
    EXPECT_FALSE(planned.scheduler.pull_forward(post, noon));
    planned.add(post, noon + 1h);
    EXPECT_TRUE(planned.scheduler.pull_forward(post, noon + 2h));
    EXPECT_EQ(planned.scheduler.due_of(post), noon + 1h);
    EXPECT_TRUE(planned.scheduler.pull_forward(post, noon));
    EXPECT_EQ(planned.scheduler.next_due(), noon);
}

TEST(Scheduler, ForgetsAnAccountThatIsDetached)
{
    Planned planned;
    planned.add({Job::profile, 1, 0}, noon);
    planned.add({Job::media_insights, 1, 5}, noon);
    planned.add({Job::profile, 2, 0}, noon);
    planned.scheduler.detach(1);
    EXPECT_THAT(planned.scheduler.take_due(noon), ElementsAre(Task{Job::profile, 2, 0}));
    planned.scheduler.attach(1, planned.tables.at(1));
    EXPECT_THAT(planned.scheduler.take_due(noon), ElementsAre(Task{Job::media_insights, 1, 5}));
}

TEST(Scheduler, ForgetsAllPlansButNotWhichPostsThereAre)
{
    Planned planned;
    const Task post{Job::media_insights, 1, 5};
    planned.add({Job::profile, 1, 0}, noon);
    planned.add(post, noon);
    planned.scheduler.clear();
    EXPECT_EQ(planned.scheduler.next_due(), std::nullopt);
    planned.scheduler.add(post, noon + 1h);
    EXPECT_EQ(planned.scheduler.next_due(), noon + 1h);
    planned.scheduler.remove_post(1, 5);
    EXPECT_EQ(planned.tables.at(1).size(), 0U);
    EXPECT_EQ(planned.scheduler.next_due(), std::nullopt);
}

TEST(Scheduler, WhatIsCancelledIsPlannedNoMoreAndTheRestIs)
{
    Planned planned;
    const Task profile{Job::profile, 1, 0}, first{Job::media_insights, 1, 17},
        second{Job::media_insights, 1, 18};
    planned.add(profile, noon);
    planned.add(first, noon + 1h);
    planned.add(second, noon + 2h);
    planned.scheduler.cancel(profile);
    planned.scheduler.cancel(first);
    planned.scheduler.cancel(first);
    EXPECT_EQ(planned.scheduler.due_of(profile), std::nullopt);
    EXPECT_EQ(planned.scheduler.due_of(first), std::nullopt);
    EXPECT_EQ(planned.scheduler.next_due(), noon + 2h);
    EXPECT_EQ(planned.scheduler.take_next(), second);
    EXPECT_EQ(planned.scheduler.next_due(), std::nullopt);
}

TEST(Scheduler, ReplansEarlierOrLaterButOnlyWhatIsPlanned)
{
    Planned planned;
    const Task post{Job::media_insights, 1, 5};
    planned.tables.at(1).add(5);
    planned.scheduler.replan(post, noon);
    EXPECT_EQ(planned.scheduler.next_due(), std::nullopt);
    planned.add(post, noon);
    for (const auto due : {noon + 1h, noon - 1h}) {
        planned.scheduler.replan(post, due);
        EXPECT_EQ(planned.scheduler.due_of(post), due);
        EXPECT_EQ(planned.scheduler.next_due(), due);
    }
}

TEST(Scheduler, WhatIsPutOffIsNotReplannedUntilItIsAddedAgain)
{
    Planned planned;
    const Task post{Job::media_insights, 1, 5};
    planned.add(post, noon);
    planned.scheduler.put_off(post, noon + 1h);
    planned.scheduler.replan(post, noon);
    EXPECT_EQ(planned.scheduler.due_of(post), noon + 1h);
    planned.add(post, noon + 2h);
    planned.scheduler.replan(post, noon);
    EXPECT_EQ(planned.scheduler.next_due(), noon);
}

/// The same in the plainest way: a map, searched from end to end.
class Naive
{
public:
    using Key = std::tuple<std::uint32_t, Job, model::MediaId>;

    static Key key(const Task& task) { return {task.account, task.job, task.media}; }
    void add(const Task& task, model::Instant due)
    {
        due_[key(task)] = due;
        put_off_.erase(key(task));
    }
    void put_off(const Task& task, model::Instant until)
    {
        due_[key(task)] = until;
        put_off_.insert(key(task));
    }
    void replan(const Task& task, model::Instant due)
    {
        if (const auto found = due_.find(key(task));
            found != due_.end() && !put_off_.contains(key(task)))
            found->second = due;
    }
    void remove(const Task& task) { due_.erase(key(task)); }
    void pull_forward(const Task& task, model::Instant latest)
    {
        if (const auto found = due_.find(key(task)); found != due_.end() && latest < found->second)
            add(task, latest);
    }
    void pull_forward(std::uint32_t account, model::Instant then, model::Instant now)
    {
        for (auto& [task, due] : due_)
            if (std::get<0>(task) == account && due == then)
                due = now;
    }
    void make_all_due(model::Instant now)
    {
        for (auto& [task, due] : due_)
            due = now;
    }
    std::optional<Task> take_next()
    {
        const auto order = [](const auto& entry) {
            const auto& [account, job, media] = entry.first;
            return std::tuple{entry.second, job, account, media};
        };
        const auto first = std::ranges::min_element(due_, {}, order);
        if (first == due_.end())
            return std::nullopt;
        const auto [account, job, media] = first->first;
        due_.erase(first);
        return Task{job, account, media};
    }

private:
    std::map<Key, model::Instant> due_;
    std::set<Key> put_off_;
};

/// Random deeds on both: few instants and few posts, so that ties and repetitions are common.
class Deeds
{
public:
    explicit Deeds(unsigned seed) : random_{seed} {}

    void one()
    {
        const auto when = some_time();
        const auto task = some_task();
        switch (random_() % 10) {
        case 0:
            return expect_same_next();
        case 1:
            return remove(task);
        case 2:
            planned_.scheduler.pull_forward(task, when);
            return naive_.pull_forward(task, when);
        case 3: {
            const auto now = some_time();
            planned_.scheduler.pull_forward(task.account, when, now);
            return naive_.pull_forward(task.account, when, now);
        }
        case 4:
            if (random_() % 50 == 0) {
                planned_.scheduler.make_all_due(when);
                naive_.make_all_due(when);
            }
            return;
        case 5:
            if (task.media == 0)
                return;
            planned_.scheduler.replan(task, when);
            return naive_.replan(task, when);
        case 6:
            planned_.know(task);
            planned_.scheduler.put_off(task, when);
            return naive_.put_off(task, when);
        default:
            planned_.add(task, when);
            return naive_.add(task, when);
        }
    }

    void drain()
    {
        while (planned_.scheduler.next_due())
            expect_same_next();
        EXPECT_EQ(naive_.take_next(), std::nullopt);
    }

private:
    model::Instant some_time() { return noon + std::chrono::minutes{random_() % 20}; }

    /// A post is of one kind for ever: by its id.
    Task some_task()
    {
        const auto account = static_cast<std::uint32_t>(random_() % 4);
        if (random_() % 4 == 0)
            return {random_() % 2 == 0 ? Job::profile : Job::token, account, 0};
        const auto id = static_cast<model::MediaId>(1 + random_() % 300);
        return {id % 7 == 0 ? Job::story_insights : Job::media_insights, account, id};
    }

    void remove(const Task& task)
    {
        if (task.media == 0)
            return;
        planned_.scheduler.remove_post(task.account, task.media);
        naive_.remove(task);
    }

    void expect_same_next()
    {
        const auto expected = naive_.take_next();
        ASSERT_EQ(planned_.scheduler.next_due().has_value(), expected.has_value());
        if (!expected)
            return;
        ASSERT_EQ(planned_.scheduler.take_next(), *expected);
    }

    std::mt19937 random_;
    Planned planned_;
    Naive naive_;
};

TEST(Scheduler, DoesWhatTheNaiveOneDoes)
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        Deeds deeds{seed};
        for (int count = 0; count < 5'000; ++count)
            deeds.one();
        deeds.drain();
        ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    }
}

} // namespace
} // namespace insightd::scheduling
