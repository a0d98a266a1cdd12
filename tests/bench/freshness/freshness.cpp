#include "tests/bench/freshness/freshness.hpp"

#include "tests/bench/freshness/chronicle.hpp"
#include "tests/bench/simulator/hours.hpp"
#include "tests/daemon/simulation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>

namespace insightd::simulator
{
namespace
{

/// One call reads one post: `profile_activity` would be a second one for posts that are no reels.
std::string settings_of(const Experiment& experiment, double asked)
{
    return fmt::format(
        "defaults:\n"
        "  collect: [media, media_insights]\n"
        "  metrics: {{media: {{profile_activity: off}}}}\n"
        "  schedule:\n"
        "    polling: adaptive\n"
        "    freshness: {}s\n"
        "    media_list: {}s\n"
        "    media_insights: [{{until: 730d, every: 730d}}]\n",
        std::lround(asked * 3600), std::lround(experiment.page_every * 3600));
}

std::vector<sandbox::AccountSpec> one_account()
{
    auto accounts = sandbox::three_accounts();
    accounts.resize(1);
    return accounts;
}

sandbox::World::Options serving(std::shared_ptr<const Chronicle> chronicle)
{
    sandbox::World::Options options;
    options.start = beginning;
    options.given = std::move(chronicle);
    return options;
}

class Observed
{
public:
    Observed(const Experiment& experiment, double asked)
        : begin_{instant(experiment.run.warm_up)}, end_{instant(
                                                       experiment.run.warm_up +
                                                       experiment.run.measured)},
          chronicle_{std::make_shared<Chronicle>(
              make_account(experiment.world, experiment.run.seed, 0, hours(end_)),
              experiment.run.seed)},
          simulation_{
              beginning, settings_of(experiment, asked), one_account(), serving(chronicle_)},
          seen_{experiment.run.target}
    {
        simulation_.api.watch([this](const auto& request, const auto&, auto now) {
            if (now >= begin_)
                count(request.path);
        });
    }

    EndToEnd run()
    {
        simulation_.run_until(end_);
        const auto posts = simulation_.world.posts(0, end_);
        for (const auto& post : posts)
            compare(post);
        return seen_;
    }

private:
    void count(const std::string& path)
    {
        if (path.ends_with("/insights"))
            ++seen_.figures.insights_calls;
        else if (path.ends_with("/media"))
            ++seen_.figures.list_calls;
        else
            ++seen_.other_calls;
    }

    /// What PostgreSQL has of the post beside what came to it. Where the views are as they were, no
    /// row is due and nothing waits.
    void compare(const sandbox::Media& post)
    {
        auto from = post.published_at;
        const auto rows = simulation_.rows(fmt::format(
            "SELECT (extract(epoch FROM observed_at) * 1000000)::bigint, views "
            "FROM store.media_sample WHERE media_id = {} ORDER BY observed_at",
            post.id));
        for (const auto& row : rows) {
            const model::Instant at{std::chrono::microseconds{std::stoll(row.at(0).value())}};
            const auto truth = chronicle_->counters(post.number, at).views;
            ++seen_.numbers;
            seen_.wrong += row.at(1) == std::to_string(truth) ? 0 : 1;
            if (at >= begin_)
                chronicle_->add_read(post.number, from, at, seen_.figures.staleness);
            seen_.figures.rows += at >= begin_ ? 1 : 0;
            from = at;
        }
        chronicle_->add_read(post.number, from, end_, seen_.figures.staleness);
    }

    model::Instant begin_;
    model::Instant end_;
    std::shared_ptr<const Chronicle> chronicle_;
    testing::Simulation simulation_;
    EndToEnd seen_;
};

} // namespace

EndToEnd measure_end_to_end(const Experiment& experiment, double asked)
{
    return Observed{experiment, asked}.run();
}

double saving(const Figures& figures, const Experiment& experiment)
{
    const auto as_fresh = 2 * figures.staleness.mean();
    const auto readings = experiment.run.measured / as_fresh;
    return static_cast<double>(experiment.world.posts) * readings / figures.calls();
}

} // namespace insightd::simulator
