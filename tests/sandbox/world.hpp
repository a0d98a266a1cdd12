#pragma once

#include "tests/sandbox/broadcasts.hpp"
#include "tests/sandbox/crowd.hpp"
#include "tests/sandbox/given_posts.hpp"
#include "tests/sandbox/mailbox.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// A world of accounts, posts and stories whose every number is a pure function of the seed, the
/// ids and the instant: what the stand-in answers, and what tests compare stored rows with.
namespace insightd::sandbox
{

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Number = std::variant<std::int64_t, double>;

enum class Host { instagram, facebook };

struct AccountSpec {
    std::int64_t user_id = 0;
    std::string username;
    std::string token;
    Host host = Host::instagram;
    std::int64_t followers = 0;
    std::string timezone = "UTC";
    bool local_days =
        false; ///< its days end at midnight there, not in US Pacific: sources disagree
};

enum class Kind { image, album, video, reel, story };

/// A post or story; derived from its id, never stored.
struct Media {
    std::int64_t id = 0;
    std::size_t account = 0; ///< index
    Kind kind{};
    std::int64_t number = 0; ///< the n-th of its account
    Instant published_at;

    bool is_story() const { return kind == Kind::story; }
    /// FEED, REELS or STORY
    std::string_view product_type() const;
    std::string_view media_type() const;
};

/// Values of the dimensions, and the number of that combination.
using Cell = std::pair<std::vector<std::string>, std::int64_t>;

class World
{
public:
    struct Options {
        std::uint64_t seed = 1;
        Instant start;            ///< posts were published before it, and go on after it
        int days_of_history = 40; ///< before `start`
        std::chrono::minutes post_every{20 * 60};
        std::chrono::minutes story_every{7 * 60};
        Instant last_post = Instant::max();   ///< none is published later
        std::chrono::hours settled_after{40}; ///< numbers of a day grow so long after its end
        std::optional<std::chrono::hours> revised_after{}; ///< and are changed once more then
        /// Instead of one `story_every`: so many, at random instants of the span.
        struct Stories {
            Instant from;
            std::chrono::minutes within{24 * 60};
            std::int64_t count = 0;
        };
        std::optional<Stories> stories_at_random;
        double highlights = 0; ///< share of stories that answer for five days more
        std::shared_ptr<const GivenPosts> given{}; ///< instead of posts made up; none disappears
        std::shared_ptr<const Mailbox> mailbox{};  ///< nobody writes without one
        Broadcasts broadcasts{};
        std::shared_ptr<const Crowd> crowd{}; ///< posts then have its comments and no others
    };

    World(Options options, std::vector<AccountSpec> accounts);

    const std::vector<AccountSpec>& accounts() const { return accounts_; }
    std::uint64_t seed() const { return options_.seed; }
    const Mailbox& mailbox() const;
    const Crowd& crowd() const;
    bool has_crowd() const { return options_.crowd != nullptr; }

    // What exists.
    std::vector<Media> posts(std::size_t account, Instant now) const;   ///< newest first
    std::vector<Media> stories(std::size_t account, Instant now) const; ///< alive, newest first
    std::optional<Media> media(std::int64_t id, Instant now) const;     ///< deleted ones are not
    std::vector<std::int64_t> children(const Media& album) const;
    bool answers_insights(const Media& media, Instant now) const; ///< dead stories do not
    const AccountSpec& owner(const Media& media) const; ///< another one's, if they collaborated
    bool before_conversion(const Media& media) const;
    bool too_few_viewers(const Media& story, Instant now) const;

    // What becomes of a post; each from an instant on, or until another.
    void remove(std::int64_t id, Instant from, Instant until = Instant::max());
    void archive(std::int64_t id, Instant from, Instant until = Instant::max()); ///< unlisted
    void share(std::int64_t id, AccountSpec with); ///< a collaboration, by another account
    void recount(std::int64_t id, Instant from, double kept); ///< totals are this share of before

    // Broadcasts.
    std::vector<Broadcast> on_air(std::size_t account, Instant now) const;
    static std::int64_t live_viewers(const Broadcast& live, Instant now);
    static std::int64_t live_comments(const Broadcast& live, Instant now); ///< so far

    // Profile counters.
    std::int64_t followers(std::size_t account, Instant now) const;
    std::int64_t follows(std::size_t account) const;
    std::int64_t media_count(std::size_t account, Instant now) const;
    /// Posts of (since, now]: all of them were published through the API.
    std::int64_t published(std::size_t account, Instant since, Instant now) const;

    // Lifetime totals of a media object, as reported at `now`. Additive ones sum up:
    // total_interactions = likes + comments + saved + shares.
    Number media_metric(const Media& media, std::string_view metric, Instant now) const;
    std::vector<Cell>
    media_breakdown(const Media& media, std::string_view metric, Instant now) const;

    // Numbers of [since, until) of an account, as reported at `now`; they settle some time after
    // `until`: settled_after.
    std::int64_t account_metric(
        std::size_t account, std::string_view metric, Instant since, Instant until,
        Instant now) const;
    std::vector<Cell> account_breakdown(
        std::size_t account, std::string_view metric, const std::vector<std::string>& dimensions,
        Instant since, Instant until, Instant now) const;

    // Audience.
    std::vector<Cell> demographics(
        std::size_t account, std::string_view metric, const std::vector<std::string>& dimensions,
        std::string_view timeframe, Instant now) const;
    std::optional<std::int64_t>
    online_followers(std::size_t account, Instant day_end, int hour) const;

    /// Ends of days (midnights of the zone) after `since`, up to the one that ends the day of
    /// `until`.
    static std::vector<Instant>
    day_ends(Instant since, Instant until, const std::string& zone = "America/Los_Angeles");
    /// Where it is midnight when the account's days end.
    std::string day_zone(std::size_t account) const;

private:
    double chance(std::uint64_t key, std::string_view salt) const; ///< 0 to 1, fixed
    Instant first_post() const;
    std::int64_t posts_until(Instant now) const;
    Media post(std::size_t account, std::int64_t number) const;
    Media story(std::size_t account, std::int64_t number) const;
    std::vector<Media> all_stories(std::size_t account, Instant now) const;
    bool is_deleted(const Media& media, Instant now) const;
    bool is_archived(const Media& media, Instant now) const;
    bool is_highlight(const Media& story) const;
    double kept(const Media& media, Instant now) const;
    double reached(const Media& media, Instant now) const;
    std::int64_t counted(const Media& media, std::string_view metric, Instant now) const;

    struct Span {
        Instant from, until;
        bool holds(Instant now) const { return from <= now && now < until; }
    };

    Options options_;
    std::vector<AccountSpec> accounts_;
    std::map<std::int64_t, Span> removed_;
    std::map<std::int64_t, Span> archived_;
    std::map<std::int64_t, AccountSpec> owners_;
    std::map<std::int64_t, std::map<Instant, double>> recounted_;
};

/// Three accounts: one for each login, and one with fewer than 100 followers.
std::vector<AccountSpec> three_accounts();

/// `count` accounts for measurements.
std::vector<AccountSpec> many_accounts(std::size_t count);

} // namespace insightd::sandbox
