#include "daemon/scheduling/cadence.hpp"
#include "daemon/scheduling/growth.hpp"
#include "tests/bench/simulator/hours.hpp"
#include "tests/bench/simulator/strategy.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

using scheduling::AccountRates;

class Hourly final : public Strategy
{
public:
    explicit Hourly(const Account& account) : account_{account} {}

    std::optional<double> page_every() const override { return 1; }
    double found(const Seen& post) override { return post.at; }
    double read(const Seen& post) override
    {
        const auto age = post.at - account_.posts.at(post.post).published;
        return age < account_.world.two_years ? post.at + 1 : never;
    }

private:
    const Account& account_;
};

class Tiers final : public Strategy
{
public:
    Tiers(const Account& account, const StrategySettings& settings)
        : account_{account}, page_every_{settings.page_every}
    {
    }

    std::optional<double> page_every() const override { return page_every_; }
    double found(const Seen& post) override { return post.at; }
    double read(const Seen& post) override
    {
        const auto due = scheduling::next_post_reading(
            config::Schedule{}.media_insights, instant(account_.posts.at(post.post).published),
            instant(post.at), scheduling::scattered(post.post));
        return due ? hours(*due) : never;
    }

private:
    const Account& account_;
    double page_every_;
};

class Adaptive final : public Strategy
{
public:
    Adaptive(const Account& account, const StrategySettings& settings)
        : account_{account}, settings_{settings}
    {
    }

    std::optional<double> page_every() const override { return settings_.page_every; }
    double whole_list_every() const override { return settings_.whole_list_every; }

    double found(const Seen& post) override
    {
        rates_.add(post.known);
        listed(post);
        return post.at;
    }

    double read(const Seen& post) override
    {
        rates_.insights_read(post.known, published(post), instant(post.at), post.views);
        return due(post);
    }

    std::optional<double> listed(const Seen& post) override
    {
        rates_.list_read(post.known, published(post), instant(post.at), post.interactions);
        return due(post);
    }

    void set_scarcity(double scarcity) override { settings_.pacing.scarcity = scarcity; }

private:
    model::Instant published(const Seen& post) const
    {
        return instant(account_.posts.at(post.post).published);
    }

    double due(const Seen& post)
    {
        const auto plan = scheduling::next_reading(
            post.known, published(post), instant(post.at), rates_, tiers_, settings_.pacing);
        return plan ? std::max(hours(plan->due), post.at) : never;
    }

    const Account& account_;
    StrategySettings settings_;
    std::vector<config::AgeTier> tiers_ = config::Schedule{}.media_insights;
    AccountRates rates_;
};

/// With lists it finds posts by their first page, as everybody does; without it knows of births.
class Oracle final : public Strategy
{
public:
    Oracle(const Account& account, const StrategySettings& settings, bool finds_by_lists)
        : account_{account}, freshness_{scheduling::Hours{settings.pacing.freshness}.count()},
          page_every_{finds_by_lists ? std::optional{settings.page_every} : std::nullopt},
          worth_{worth_a_reading()}
    {
    }

    std::optional<double> page_every() const override { return page_every_; }
    double whole_list_every() const override { return never; }
    double found(const Seen& post) override
    {
        const auto born = std::max(account_.posts.at(post.post).published, 0.0);
        return std::max(worth_it(post, born), post.at);
    }
    double read(const Seen& post) override { return worth_it(post, post.at); }

private:
    /// When changes since `at` have waited long enough to be worth a call.
    double worth_it(const Seen& seen, double at) const
    {
        const auto& post = account_.posts.at(seen.post);
        double waited = 0;
        double unread = 0;
        double step = 0.02;
        while (at - post.published < account_.world.two_years) {
            const auto next = at + step;
            const auto came = account_.expected(post, at, next);
            const auto more = step * (unread + came / 2);
            if (waited + more >= worth_)
                return at + step * std::sqrt((worth_ - waited) / more);
            waited += more;
            unread += came;
            at = next;
            step = std::min(step * 1.15, 3.0);
        }
        return never;
    }

    /// Σλ and Σ√λ as they are on average: what a call must gain is the same at any time.
    double worth_a_reading()
    {
        constexpr double step = 6;
        double rates = 0;
        double roots = 0;
        for (double hour = 0; hour < account_.horizon; hour += step)
            for (const auto& post : account_.posts) {
                const bool is_old = hour - post.published > account_.world.two_years;
                const auto rate = is_old ? 0 : account_.expected(post, hour, hour + step) / step;
                rates += rate;
                roots += std::sqrt(rate);
            }
        const auto exchange = roots > 0 ? 2 * freshness_ * rates / roots : never;
        return exchange * exchange / 2;
    }

    const Account& account_;
    double freshness_;
    std::optional<double> page_every_;
    double worth_;
};

} // namespace

std::optional<double> Strategy::listed(const Seen& /*post*/)
{
    return std::nullopt;
}

std::unique_ptr<Strategy> hourly(const Account& account)
{
    return std::make_unique<Hourly>(account);
}

std::unique_ptr<Strategy> tiers(const Account& account, const StrategySettings& settings)
{
    return std::make_unique<Tiers>(account, settings);
}

std::unique_ptr<Strategy> adaptive(const Account& account, const StrategySettings& settings)
{
    return std::make_unique<Adaptive>(account, settings);
}

std::unique_ptr<Strategy>
oracle(const Account& account, const StrategySettings& settings, bool finds_by_lists)
{
    return std::make_unique<Oracle>(account, settings, finds_by_lists);
}

} // namespace insightd::simulator
