#include "tests/sandbox/world.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace insightd::sandbox
{
namespace
{

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t post_ids = 17'900'000'000'000'000;
constexpr std::int64_t story_ids = 18'000'000'000'000'000;
constexpr std::int64_t child_ids = 17'800'000'000'000'000;
constexpr std::int64_t per_account = 10'000'000;
constexpr std::int64_t children_at_most = 10;

constexpr hours story_life{24};
constexpr hours life_of_highlight{5 * 24};
constexpr hours life_of_deleted{5 * 24};

std::uint64_t mixed(std::uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
    return key ^ (key >> 31);
}

} // namespace

std::string_view Media::product_type() const
{
    if (kind == Kind::story)
        return "STORY";
    return kind == Kind::reel ? "REELS" : "FEED";
}

std::string_view Media::media_type() const
{
    if (kind == Kind::album)
        return "CAROUSEL_ALBUM";
    const bool moves = kind == Kind::reel || kind == Kind::video;
    return moves || (kind == Kind::story && number % 2 == 1) ? "VIDEO" : "IMAGE";
}

const Mailbox& World::mailbox() const
{
    static const Mailbox empty;
    return options_.mailbox ? *options_.mailbox : empty;
}

const Crowd& World::crowd() const
{
    static const Crowd empty;
    return options_.crowd ? *options_.crowd : empty;
}

World::World(Options options, std::vector<AccountSpec> accounts)
    : options_{options}, accounts_{std::move(accounts)}
{
}

double World::chance(std::uint64_t key, std::string_view salt) const
{
    auto state = mixed(key ^ mixed(options_.seed));
    for (const char c : salt)
        state = mixed(state ^ static_cast<unsigned char>(c));
    return static_cast<double>(state >> 11) / static_cast<double>(1ULL << 53);
}

Instant World::first_post() const
{
    return options_.start - std::chrono::days{options_.days_of_history};
}

/// How many may have been published by then, those included that were deleted since.
std::int64_t World::posts_until(Instant now) const
{
    if (options_.given)
        return options_.given->count();
    return now < first_post() ? 0 : (now - first_post()) / options_.post_every + 1;
}

Media World::post(std::size_t account, std::int64_t number) const
{
    static constexpr std::array kinds{
        Kind::image, Kind::reel, Kind::album, Kind::video, Kind::reel};
    Media media;
    media.id = post_ids + static_cast<std::int64_t>(account) * per_account + number;
    media.account = account;
    media.number = number;
    media.kind = kinds.at(static_cast<std::size_t>(number) % kinds.size());
    if (options_.given) {
        media.published_at = options_.given->published_at(number);
        return media;
    }
    const minutes late{static_cast<int>(
        chance(static_cast<std::uint64_t>(media.id), "late") *
        static_cast<double>(options_.post_every.count()) / 2)};
    media.published_at = first_post() + options_.post_every * number + late;
    return media;
}

Media World::story(std::size_t account, std::int64_t number) const
{
    Media media;
    media.id = story_ids + static_cast<std::int64_t>(account) * per_account + number;
    media.account = account;
    media.number = number;
    media.kind = Kind::story;
    media.published_at = first_post() + options_.story_every * number;
    if (const auto& random = options_.stories_at_random)
        media.published_at =
            random->from + std::chrono::seconds{static_cast<std::int64_t>(
                               chance(static_cast<std::uint64_t>(media.id), "story starts") *
                               std::chrono::duration<double>(random->within).count())};
    return media;
}

bool World::is_deleted(const Media& media, Instant now) const
{
    const auto removed = removed_.find(media.id);
    if (removed != removed_.end())
        return removed->second.holds(now);
    return !options_.given && !media.is_story() && media.number % 23 == 19 &&
           now >= media.published_at + life_of_deleted;
}

bool World::is_archived(const Media& media, Instant now) const
{
    const auto archived = archived_.find(media.id);
    return archived != archived_.end() && archived->second.holds(now);
}

bool World::is_highlight(const Media& story) const
{
    return chance(static_cast<std::uint64_t>(story.id), "highlight") < options_.highlights;
}

bool World::answers_insights(const Media& media, Instant now) const
{
    const auto life = is_highlight(media) ? story_life + life_of_highlight : story_life;
    return !media.is_story() || now < media.published_at + life;
}

const AccountSpec& World::owner(const Media& media) const
{
    const auto shared = owners_.find(media.id);
    return shared != owners_.end() ? shared->second : accounts_[media.account];
}

void World::remove(std::int64_t id, Instant from, Instant until)
{
    removed_[id] = {from, until};
}

void World::archive(std::int64_t id, Instant from, Instant until)
{
    archived_[id] = {from, until};
}

void World::share(std::int64_t id, AccountSpec with)
{
    owners_[id] = std::move(with);
}

void World::recount(std::int64_t id, Instant from, double kept)
{
    recounted_[id][from] = kept;
}

double World::kept(const Media& media, Instant now) const
{
    double share = 1;
    const auto counts = recounted_.find(media.id);
    if (counts != recounted_.end())
        for (const auto& [from, kept] : counts->second)
            share *= from <= now ? kept : 1;
    return share;
}

std::vector<Media> World::posts(std::size_t account, Instant now) const
{
    std::vector<Media> found;
    const auto newest = std::min(now, options_.last_post);
    for (auto number = posts_until(now); number-- > 0;) {
        const auto media = post(account, number);
        if (media.published_at <= newest && !is_deleted(media, now) && !is_archived(media, now))
            found.push_back(media);
    }
    return found;
}

std::vector<Media> World::stories(std::size_t account, Instant now) const
{
    auto found = all_stories(account, now);
    std::erase_if(found, [&](const Media& media) {
        return media.published_at > now || media.published_at + story_life <= now ||
               is_deleted(media, now);
    });
    std::ranges::stable_sort(found, std::greater{}, &Media::published_at);
    return found;
}

/// Those that may be alive.
std::vector<Media> World::all_stories(std::size_t account, Instant now) const
{
    std::vector<Media> found;
    const auto& random = options_.stories_at_random;
    const auto regular = (now - first_post()) / options_.story_every;
    const auto first =
        random ? 0 : std::max<std::int64_t>(0, regular - story_life / options_.story_every - 1);
    const auto last = random ? random->count - 1 : regular;
    for (auto number = last; number >= first; --number)
        found.push_back(story(account, number));
    return found;
}

std::optional<Media> World::media(std::int64_t id, Instant now) const
{
    const bool is_story = id >= story_ids;
    const auto offset = id - (is_story ? story_ids : post_ids);
    if (offset < 0 || offset / per_account >= static_cast<std::int64_t>(accounts_.size()))
        return std::nullopt;
    if (!is_story && options_.given && offset % per_account >= options_.given->count())
        return std::nullopt;
    const auto account = static_cast<std::size_t>(offset / per_account);
    const auto found =
        is_story ? story(account, offset % per_account) : post(account, offset % per_account);
    const auto newest = is_story ? now : std::min(now, options_.last_post);
    if (found.published_at > newest || is_deleted(found, now))
        return std::nullopt;
    return found;
}

std::vector<std::int64_t> World::children(const Media& album) const
{
    std::vector<std::int64_t> ids;
    const auto count =
        2 + static_cast<std::int64_t>(
                chance(static_cast<std::uint64_t>(album.id), "children") * (children_at_most - 2));
    for (std::int64_t child = 0; child < count; ++child)
        ids.push_back(child_ids + (album.id - post_ids) * children_at_most + child);
    return ids;
}

bool World::before_conversion(const Media& media) const
{
    return !options_.given && media.account == 0 && !media.is_story() && media.number < 3;
}

bool World::too_few_viewers(const Media& story, Instant now) const
{
    return std::get<std::int64_t>(media_metric(story, "reach", now)) < 5;
}

std::int64_t World::followers(std::size_t account, Instant now) const
{
    const auto days = std::chrono::duration<double, std::ratio<86'400>>(now - first_post()).count();
    const auto base = static_cast<double>(accounts_[account].followers);
    return static_cast<std::int64_t>(base * (1 + days / 2'000));
}

std::int64_t World::follows(std::size_t account) const
{
    return 100 + static_cast<std::int64_t>(account) * 7;
}

/// The platform's own counter is not the length of its list.
std::int64_t World::media_count(std::size_t account, Instant now) const
{
    return std::max<std::int64_t>(static_cast<std::int64_t>(posts(account, now).size()) - 2, 0);
}

std::int64_t World::published(std::size_t account, Instant since, Instant now) const
{
    return std::ranges::count_if(
        posts(account, now), [&](const Media& media) { return media.published_at > since; });
}

std::vector<Broadcast> World::on_air(std::size_t account, Instant now) const
{
    std::vector<Broadcast> alive;
    for (const auto& live : options_.broadcasts)
        if (live.account == account && live.from <= now && now < live.until)
            alive.push_back(live);
    return alive;
}

/// They come, and leave again before the end.
std::int64_t World::live_viewers(const Broadcast& live, Instant now)
{
    const auto since = std::chrono::floor<minutes>(now - live.from).count();
    const auto left = std::chrono::floor<minutes>(live.until - now).count();
    return 5 + std::min(since, left) * 3;
}

std::int64_t World::live_comments(const Broadcast& live, Instant now)
{
    return std::chrono::floor<minutes>(now - live.from).count() * 2;
}

std::string World::day_zone(std::size_t account) const
{
    return accounts_[account].local_days ? accounts_[account].timezone : "America/Los_Angeles";
}

std::vector<Instant> World::day_ends(Instant since, Instant until, const std::string& zone)
{
    const auto* clock = date::locate_zone(zone);
    std::vector<Instant> ends;
    auto day = date::floor<date::days>(clock->to_local(since)) + date::days{1};
    for (;; day += date::days{1}) {
        const Instant end = clock->to_sys(day, date::choose::earliest);
        if (end > since)
            ends.push_back(end);
        if (end >= until)
            return ends;
    }
}

std::vector<AccountSpec> three_accounts()
{
    return {
        {17841400000000001, "metricsaurus", "sandbox-token-one-of-metricsaurus", Host::instagram,
         12'000, "America/Sao_Paulo"},
        {17841400000000002, "bakery_berlin", "sandbox-token-two-of-bakery-berlin", Host::facebook,
         3'400, "Europe/Berlin"},
        {17841400000000003, "tiny_garden", "sandbox-token-three-of-tiny-garden", Host::instagram,
         40, "UTC"},
    };
}

std::vector<AccountSpec> many_accounts(std::size_t count)
{
    std::vector<AccountSpec> accounts;
    for (std::size_t index = 0; index < count; ++index)
        accounts.push_back(
            {17841400000001000 + static_cast<std::int64_t>(index), fmt::format("account_{}", index),
             fmt::format("sandbox-token-of-account-{}", index),
             index % 2 == 0 ? Host::instagram : Host::facebook,
             1'000 + static_cast<std::int64_t>(index) * 37, "UTC"});
    return accounts;
}

} // namespace insightd::sandbox
