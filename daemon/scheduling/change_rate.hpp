#pragma once

#include "daemon/scheduling/growth.hpp"
#include "storage/model/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

/// When to read a post again: pure arithmetic, no clock, no network. deploy/docs/scheduling.md has
/// the theory.
namespace insightd::scheduling
{

/// What is known of how fast one post changes: plain values that can be stored and loaded as they
/// are. A *change* is one more view (or one more account reached, where there are no views).
struct ChangeRate {
    float per_hour = 0;            ///< changes per hour at `observed_at`
    float evidence = 0;            ///< what `per_hour` rests on, in changes; 0: never observed
    float unread = 0;              ///< changes since the last reading that lists hint at
    float waited = 0;              ///< change-hours that `unread` had waited at `observed_at`
    float interactions = -1;       ///< likes and comments as counted last; -1: not known
    std::uint32_t total = 0;       ///< the number answered last; saturates; 0: none yet
    std::uint32_t read_at = 0;     ///< last insights reading, seconds since 1970; 0: never
    std::uint32_t observed_at = 0; ///< last reading of any kind, seconds since 1970; 0: never

    bool is_read() const { return read_at != 0; }
    bool has_number() const { return total != 0; }
    bool operator==(const ChangeRate&) const = default;
};
static_assert(sizeof(ChangeRate) == 32);

/// The changes per hour expected at `now`: the rate observed last, decayed as posts of that age do.
double forecast(const ChangeRate& post, model::Instant published_at, model::Instant now);

/// The posts of one account taken together, in running sums: each operation is O(1).
/// It holds no posts: it is told of each post that comes and goes, and every reading of one passes
/// through it.
class AccountRates
{
public:
    /// A post that comes under watch, new or as it was stored; and one that is never read again, as
    /// it is then.
    void add(const ChangeRate& post);
    void remove(const ChangeRate& post);

    /// Takes in a reading of the post's insights. `total`: its views, else its reach; nothing where
    /// the answer held neither: the post counts as read, its rate stays. The first number is news
    /// since the post was published, however often it was read without one.
    void insights_read(
        ChangeRate& post, model::Instant published_at, model::Instant at,
        std::optional<std::int64_t> total);

    /// Takes in that a list showed the post. `interactions`: like_count + comments_count; nothing
    /// where the post hides them. Older readings than the newest are ignored, here and above;
    /// unless the newest is so much later that the clock was wrong then, and has been set since.
    void list_read(
        ChangeRate& post, model::Instant published_at, model::Instant at,
        std::optional<std::int64_t> interactions);

    /// Change-hours that may pile up at a post before it is read, so that a change of this account
    /// waits `freshness` on average: W = c²/2, c = 2 S Σλ / Σ√λ, the sums averaged over 90 days.
    /// Infinite as long as nothing was observed.
    double worth_a_reading(std::chrono::seconds freshness) const;

    /// Likes and comments per view, over all posts.
    double interactions_per_change() const;

    std::size_t posts() const { return posts_; }
    double changes_per_hour() const { return rates_; } ///< Σλ

private:
    void replace(const ChangeRate& before, const ChangeRate& after);
    void average_until(std::uint32_t at);
    void count(const ChangeRate& post, double sign);
    ChangeRate begun(const ChangeRate& post, model::Instant published_at, std::uint32_t at) const;
    double interactions_per_change(const ChangeRate& post) const;
    void learn_total(ChangeRate& post, double total, double fresh, double aged) const;
    double learn_interactions(ChangeRate& post, double now, double expected, double aged) const;

    std::size_t posts_ = 0;
    double rates_ = 0;       ///< Σλ
    double roots_ = 0;       ///< Σ√λ
    double usual_rates_ = 0; ///< Σλ, the mean of weeks
    double usual_roots_ = 0;
    Hours averaged_for_{0}; ///< what they are the mean of
    std::uint32_t averaged_until_ = 0;
    double read_posts_ = 0;      ///< posts with a number
    double totals_ = 0;          ///< their numbers
    double compared_totals_ = 0; ///< numbers of posts whose interactions are known too
    double compared_interactions_ = 0;
};

} // namespace insightd::scheduling
