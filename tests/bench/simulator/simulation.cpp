#include "tests/bench/simulator/simulation.hpp"

#include "daemon/budget/governor.hpp"
#include "daemon/scheduling/cadence.hpp"
#include "daemon/scheduling/scheduler.hpp"
#include "tests/bench/simulator/costs.hpp"
#include "tests/bench/simulator/hours.hpp"
#include "tests/bench/simulator/life.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

using budget::Stage;
using budget::Work;
using scheduling::Job;
using scheduling::Task;

constexpr std::size_t page = 100; ///< posts that one call of a list holds
constexpr double first_list = 0.25;

/// The first tier of the usual schedule: so the daemon tells fresh posts from old ones.
config::AgeTier first_tier()
{
    return config::Schedule{}.media_insights.front();
}

double in_hours(std::chrono::seconds span)
{
    return std::chrono::duration<double, std::ratio<3600>>{span}.count();
}

model::MediaId id_of(std::size_t post)
{
    return static_cast<model::MediaId>(post) + 1;
}

std::size_t post_of(const Task& task)
{
    return static_cast<std::size_t>(task.media) - 1;
}

std::uint64_t key_of(const Task& task)
{
    return scheduling::scattered(
        static_cast<std::uint64_t>(task.account) << 32U ^ static_cast<std::uint64_t>(task.media));
}

/// So the phases of accounts and posts differ: not all are due at one instant for ever.
double spread(std::size_t index, double over)
{
    constexpr std::size_t steps = 97;
    return over * static_cast<double>(index % steps) / static_cast<double>(steps);
}

struct Member {
    Life life;
    std::unique_ptr<Strategy> strategy;
    scheduling::PostTable posts;
    double whole_list_due = 0;
};

class Fleet
{
public:
    Fleet(std::vector<Account> accounts, const MakeStrategy& make, const RunSettings& settings)
        : settings_{settings}, end_{settings.warm_up + settings.measured}, governor_{config_of(
                                                                               accounts.size())},
          platform_{settings.allowed, accounts.size()}, figures_{settings.target}
    {
        for (auto& account : accounts) {
            const auto seed = settings.seed + 1'000'003 * members_.size();
            auto& member = *members_.emplace_back(
                std::make_unique<Member>(Member{Life{std::move(account), seed}, {}, {}, 0}));
            member.strategy = make(member.life.account());
        }
    }

    Figures run()
    {
        for (std::uint32_t account = 0; account < members_.size(); ++account)
            begin(account);
        for (auto due = scheduler_.next_due(); due && hours(*due) < end_;
             due = scheduler_.next_due())
            step(*due);
        for (const auto& member : members_) // what still waits has waited at least until now
            for (std::size_t post = 0; post < member->life.born(end_); ++post)
                member->life.read(post, end_, &figures_.staleness);
        figures_.bytes = bytes();
        return figures_;
    }

private:
    void begin(std::uint32_t account)
    {
        auto& member = *members_[account];
        scheduler_.attach(account, member.posts);
        const auto past = member.life.born(0);
        for (std::size_t post = 0; post < past; ++post) {
            find(account, post, 0);
            plan({Job::media_insights, account, id_of(post)}, spread(post, 24));
        }
        if (const auto every = member.strategy->page_every())
            return plan({Job::media_list, account, 0}, first_list + spread(account, *every));
        for (std::size_t post = past; post < member.life.account().posts.size(); ++post)
            find(account, post, published(account, post));
    }

    void step(model::Instant now)
    {
        const auto task = next();
        if (task.job == Job::media_list)
            read_list(task, now);
        else
            read_insights(task, now);
    }

    Task next()
    {
        const Lap lap{figures_.decision_seconds};
        return scheduler_.take_next();
    }

    void read_insights(const Task& task, model::Instant now)
    {
        if (!call(task, Stage::begins, now))
            return;
        auto& member = *members_[task.account];
        const auto at = hours(now);
        const auto post = post_of(task);
        member.life.live(post, at);
        const bool any =
            member.life.read(post, at, is_measured(now) ? &figures_.staleness : nullptr);
        count(figures_.insights_calls, now);
        figures_.rows += is_measured(now) && any ? 1 : 0;
        const Lap lap{figures_.decision_seconds};
        plan(task, member.strategy->read(seen(task.account, post, at)));
    }

    void read_list(const Task& task, model::Instant now)
    {
        auto& member = *members_[task.account];
        const auto at = hours(now);
        const auto born = member.life.born(at);
        const auto oldest = member.life.born(at - member.life.account().world.two_years);
        const bool is_whole = at >= member.whole_list_due;
        const auto first = is_whole ? oldest : std::max(oldest, born - std::min(born, page));
        for (auto post = first; post == first || post < born; post += page) {
            if (!call(task, post == first ? Stage::begins : Stage::goes_on, now))
                return;
            count(figures_.list_calls, now);
        }
        if (is_whole)
            member.whole_list_due = at + member.strategy->whole_list_every();
        for (auto post = born; post-- > first;)
            show(task.account, post, now);
        expect_calls(task.account, at);
        plan(task, at + *member.strategy->page_every());
    }

    /// A list shows the post.
    void show(std::uint32_t account, std::size_t post, model::Instant now)
    {
        auto& member = *members_[account];
        const auto at = hours(now);
        member.life.live(post, at);
        const Lap lap{figures_.decision_seconds};
        if (!member.posts.contains(id_of(post)))
            return find(account, post, at);
        ++figures_.decisions;
        const auto due = member.strategy->listed(seen(account, post, at));
        if (due && *due < never)
            scheduler_.replan(
                {Job::media_insights, account, id_of(post)}, std::max(now, instant(*due)));
    }

    void find(std::uint32_t account, std::size_t post, double at)
    {
        auto& member = *members_[account];
        member.posts.add(id_of(post)).published_at = instant(published(account, post));
        plan(
            {Job::media_insights, account, id_of(post)},
            member.strategy->found(seen(account, post, at)));
    }

    void plan(const Task& task, double due)
    {
        ++figures_.decisions;
        if (due < never)
            scheduler_.add(task, instant(due));
    }

    /// Asks the governor, then the platform. If either refuses, the task comes back later.
    bool call(const Task& task, Stage stage, model::Instant now)
    {
        if (!may_call(task, stage, now))
            return false;
        auto& member = *members_[task.account];
        const auto ending =
            platform_.answer(task.account, member.life.impressions(hours(now)), now);
        const Lap lap{figures_.decision_seconds};
        governor_.ended(task.account, ending, now);
        if (ending.failure) {
            count(figures_.throttled, now);
            scheduler_.put_off(task, verdict_on(task, stage, now).again);
            return false;
        }
        member.strategy->set_scarcity(governor_.scarcity(task.account, now));
        return true;
    }

    bool may_call(const Task& task, Stage stage, model::Instant now)
    {
        const Lap lap{figures_.decision_seconds};
        const auto verdict = verdict_on(task, stage, now);
        if (verdict.goes()) {
            governor_.departed(task.account, work_of(task, now), now);
            return true;
        }
        ++figures_.decisions;
        count(figures_.put_off, now);
        scheduler_.put_off(task, verdict.again);
        return false;
    }

    budget::Verdict verdict_on(const Task& task, Stage stage, model::Instant now)
    {
        return governor_.ask(task.account, work_of(task, now), stage, key_of(task), now);
    }

    Work work_of(const Task& task, model::Instant now) const
    {
        if (task.job == Job::media_list)
            return Work::lists;
        const auto age = hours(now) - published(task.account, post_of(task));
        return age < in_hours(first_tier().until) ? Work::fresh_posts : Work::old_posts;
    }

    /// What the account is known to need, as the daemon tells it after each list.
    void expect_calls(std::uint32_t account, double at)
    {
        const auto& member = *members_[account];
        const auto fresh_since = at - in_hours(first_tier().until);
        const auto fresh = member.life.born(at) - member.life.born(fresh_since);
        governor_.expect(account, Work::lists, 1 / *member.strategy->page_every());
        governor_.expect(
            account, Work::fresh_posts, static_cast<double>(fresh) / in_hours(first_tier().every));
    }

    Seen seen(std::uint32_t account, std::size_t post, double at)
    {
        auto& member = *members_[account];
        return {
            post, at, member.life.views(post), member.life.interactions(post),
            member.posts.find(id_of(post))->rate};
    }

    double published(std::uint32_t account, std::size_t post) const
    {
        return members_[account]->life.account().posts.at(post).published;
    }

    bool is_measured(model::Instant now) const { return hours(now) >= settings_.warm_up; }

    void count(double& figure, model::Instant now) const { figure += is_measured(now) ? 1 : 0; }

    double bytes() const
    {
        auto sum = scheduler_.bytes() + bytes_of_governor(members_.size());
        for (const auto& member : members_)
            sum += member->posts.bytes() + sizeof member->posts + sizeof(scheduling::AccountRates);
        return static_cast<double>(sum);
    }

    RunSettings settings_;
    double end_;
    budget::Governor governor_;
    Platform platform_;
    scheduling::Scheduler scheduler_;
    std::vector<std::unique_ptr<Member>> members_;
    Figures figures_;
};

} // namespace

Figures
simulate(std::vector<Account> accounts, const MakeStrategy& make, const RunSettings& settings)
{
    return Fleet{std::move(accounts), make, settings}.run();
}

} // namespace insightd::simulator
