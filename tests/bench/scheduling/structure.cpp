#include "tests/bench/scheduling/measures.hpp"

#include "daemon/scheduling/pace.hpp"
#include "daemon/scheduling/scheduler.hpp"

#include <fmt/core.h>

#include <ctime>
#include <memory>
#include <random>
#include <vector>

namespace insightd::bench
{
namespace
{

using namespace scheduling;
using std::chrono::seconds;

constexpr model::Instant start{std::chrono::hours{24 * 365 * 55}};
constexpr std::chrono::days oldest{730};

struct Watched {
    PostTable posts;
    AccountRates rates;
};

/// The accounts' own jobs, and their posts over two years, each read once.
class World
{
public:
    explicit World(const Size& size)
    {
        watched_.reserve(size.accounts);
        for (std::uint32_t account = 0; account < size.accounts; ++account)
            fill(account, size.posts);
    }

    void decide()
    {
        now_ = std::max(now_, *scheduler_.next_due());
        const auto task = scheduler_.take_next();
        if (task.media == 0)
            return scheduler_.add(task, now_ + std::chrono::hours{1});
        auto& watched = *watched_[task.account];
        auto& post = *watched.posts.find(task.media);
        watched.rates.insights_read(post.rate, post.published_at, now_, grown(post));
        plan(task.account, watched, post);
    }

    std::size_t bytes() const
    {
        auto sum = scheduler_.bytes() + watched_.capacity() * sizeof(watched_.front());
        for (const auto& watched : watched_)
            sum += sizeof(Watched) + watched->posts.bytes();
        return sum;
    }

    std::chrono::duration<double> simulated() const { return now_ - start; }

private:
    void fill(std::uint32_t account, std::size_t posts)
    {
        auto& watched = *watched_.emplace_back(std::make_unique<Watched>());
        scheduler_.attach(account, watched.posts);
        for (const auto job :
             {Job::stories, Job::profile, Job::media_list, Job::account_days, Job::audience,
              Job::token})
            scheduler_.add({job, account, 0}, start + seconds{random_() % 3'600});
        watched.posts.reserve(posts);
        for (std::size_t at = 0; at < posts; ++at) {
            auto& post = watched.posts.add(next_id_ += 1 + random_() % 1'000);
            post.published_at = start - seconds{random_() % seconds{oldest}.count()};
            watched.rates.add(post.rate);
            watched.rates.insights_read(
                post.rate, post.published_at, start - seconds{random_() % 86'400}, some_total());
        }
        for (const auto& post : watched.posts.posts())
            plan(account, watched, post);
    }

    void plan(std::uint32_t account, const Watched& watched, const Post& post)
    {
        const auto next = next_reading(
            post.rate, post.published_at, now_, watched.rates, schedule_.media_insights, {});
        if (next)
            scheduler_.add({post.job, account, post.id}, std::max(next->due, now_ + seconds{1}));
    }

    std::int64_t some_total() { return static_cast<std::int64_t>(totals_(random_)); }
    std::int64_t grown(const Post& post) { return post.rate.total + random_() % 20; }

    Scheduler scheduler_;
    std::vector<std::unique_ptr<Watched>> watched_;
    config::Schedule schedule_;
    std::mt19937_64 random_{1};
    std::lognormal_distribution<> totals_{6, 2};
    model::MediaId next_id_ = 17'800'000'000'000'000;
    model::Instant now_ = start;
};

} // namespace

void measure_structure(const Size& size, std::size_t decisions)
{
    const auto began = std::chrono::steady_clock::now();
    World world{size};
    const auto posts = size.accounts * size.posts;
    const auto bytes = static_cast<double>(world.bytes());
    fmt::print(
        "{} accounts with {} posts each, filled in {:.1f} s\n", size.accounts, size.posts,
        seconds_since(began));
    fmt::print("  memory                  {:>10.0f} MiB\n", bytes / (1 << 20));
    fmt::print("  bytes per post          {:>10.1f}\n", bytes / static_cast<double>(posts));
    const auto used_before = std::clock(); // CPU time: others may share the machine
    for (std::size_t count = 0; count < decisions; ++count)
        world.decide();
    const auto used = static_cast<double>(std::clock() - used_before) / CLOCKS_PER_SEC;
    fmt::print(
        "  CPU us for a decision   {:>10.2f} ({} decisions, {:.1f} simulated hours)\n",
        used * 1e6 / static_cast<double>(decisions), decisions, world.simulated().count() / 3'600);
}

} // namespace insightd::bench
