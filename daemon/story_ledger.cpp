#include "daemon/story_ledger.hpp"

#include "daemon/scheduling/cadence.hpp"
#include "daemon/story_trouble.hpp"

#include <algorithm>
#include <array>

namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;
using model::Absence;
using model::StoryState;

/// Readings this near to the end are at most that far apart.
struct Density {
    std::chrono::seconds before_end;
    std::chrono::seconds every;
};
constexpr std::array densities{Density{1h, 5min}};

/// The last readings, as parts of the last minutes: 15, 7½ and 2½ minutes before the end of 15. The
/// first opens them: whatever happens later, an answer is there.
constexpr std::array marks{1.0, 1.0 / 2, 1.0 / 6};

/// The try after the end: a minute at least, for the platform's clock is not ours.
constexpr std::chrono::seconds after_the_end{60};
constexpr std::chrono::seconds after_the_end_spread{60};

/// Waits after failures: doubling from the first to the longest, then spread over all of it.
struct Hurry {
    std::chrono::seconds first;
    std::chrono::seconds longest;
};
constexpr Hurry near_the_end{5s, 1min};
constexpr Hurry past_the_end{30s, 10min};
constexpr std::chrono::seconds shortest_wait{1};
constexpr std::int64_t most_doublings = 10;

/// Tries after the end fail no longer than this: an hour's outage is outlived.
constexpr std::chrono::hours last_tries_for{2};

std::chrono::seconds
jittered(const Hurry& hurry, std::int64_t failures, model::Instant now, std::uint64_t key)
{
    const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, most_doublings);
    const auto most = std::min(hurry.first * (std::int64_t{1} << doublings), hurry.longest);
    const auto dice =
        scheduling::scattered(key ^ static_cast<std::uint64_t>(now.time_since_epoch().count()));
    const auto spread = static_cast<std::uint64_t>(most.count());
    return shortest_wait + std::chrono::seconds{static_cast<std::int64_t>(dice % spread)};
}

model::Instant mark(const model::StoryEntry& entry, double part)
{
    const auto window = entry.expires_at - entry.window_from;
    return entry.expires_at - std::chrono::floor<std::chrono::seconds>(part * window);
}

model::Instant try_after(const model::StoryEntry& entry, std::uint64_t key)
{
    const auto spread =
        scheduling::scattered(key) % static_cast<std::uint64_t>(after_the_end_spread.count());
    return entry.expires_at + after_the_end +
           std::chrono::seconds{static_cast<std::int64_t>(spread)};
}

std::chrono::seconds step(std::chrono::seconds every, std::chrono::microseconds left)
{
    for (const auto& density : densities)
        if (left <= density.before_end)
            every = std::min(every, density.every);
    return every;
}

/// What the schedule alone says: the grid, the marks of the last minutes, the try after the end.
model::Instant scheduled(
    const model::StoryEntry& entry, const config::Schedule& schedule, model::Instant now,
    std::uint64_t key)
{
    const auto next_mark =
        std::ranges::find_if(marks, [&](double part) { return mark(entry, part) > now; });
    if (next_mark == marks.end())
        return std::max(try_after(entry, key), now);
    const auto due = mark(entry, *next_mark);
    if (next_mark != marks.begin())
        return due;
    return std::min(
        scheduling::next_on_grid(now, step(schedule.stories, entry.expires_at - now), key), due);
}

bool was_read_at_the_end(const model::StoryEntry& entry)
{
    return entry.last_answer_at && *entry.last_answer_at >= entry.window_from;
}

bool is_pushed(const model::StoryEntry& entry)
{
    return entry.provenance == model::Provenance::webhook;
}

void close(model::StoryEntry& entry, model::Instant now)
{
    entry.closed_at = entry.closed_at.value_or(now);
    if (is_pushed(entry) || entry.state == StoryState::webhook)
        entry.state = StoryState::webhook;
    else if (was_read_at_the_end(entry))
        entry.state = StoryState::final;
    else
        entry.state = StoryState::missed;
    const auto reason = entry.state == StoryState::missed ? reason_for(entry, now) : Reason{};
    entry.reason_kind = reason.kind;
    entry.reason = reason.words;
}

void answered(model::StoryEntry& entry, StoryAnswer answer, model::Instant asked_at)
{
    entry.troubles.clear();
    entry.last_answer_at = std::max(entry.last_answer_at.value_or(asked_at), asked_at);
    entry.is_highlight = asked_at >= entry.expires_at;
    if (answer != StoryAnswer::numbers)
        return;
    entry.last_numbers_at = std::max(entry.last_numbers_at.value_or(asked_at), asked_at);
    entry.provenance = entry.is_highlight ? model::Provenance::highlight : model::Provenance::poll;
}

bool is_answer(StoryAnswer answer)
{
    return answer == StoryAnswer::numbers || answer == StoryAnswer::too_few_viewers;
}

} // namespace

StoryAnswer story_answer(const model::Readings& readings)
{
    bool refused = false;
    bool few = false;
    for (const auto& reading : readings.values) {
        const auto* absence = std::get_if<Absence>(&reading.value);
        if (absence == nullptr)
            return StoryAnswer::numbers;
        refused = refused || *absence == Absence::gone || *absence == Absence::suspect ||
                  *absence == Absence::expired;
        few = few || *absence == Absence::too_few_viewers || *absence == Absence::before_conversion;
    }
    if (few)
        return StoryAnswer::too_few_viewers;
    return refused ? StoryAnswer::refused : StoryAnswer::nothing;
}

model::StoryEntry
found_story(const model::Media& story, const config::Schedule& schedule, model::Instant now)
{
    model::StoryEntry entry;
    entry.media_id = story.id;
    entry.known_at = now;
    entry.found_at = now;
    entry.published_at = story.published_at;
    entry.expires_at = story.expires_at.value_or(story.published_at + std::chrono::hours{24});
    entry.window_from = entry.expires_at - schedule.story_last_reading;
    return entry;
}

model::StoryEntry after_answer(model::StoryEntry entry, StoryAnswer answer, model::Instant asked_at)
{
    entry.known_at = std::max(entry.known_at, asked_at);
    const bool is_over = asked_at >= entry.expires_at;
    if (is_answer(answer))
        answered(entry, answer, asked_at);
    else if (!is_over || entry.is_highlight)
        add_trouble(
            entry.troubles, answer == StoryAnswer::refused ? trouble::refused : trouble::no_numbers,
            asked_at, asked_at);
    if (is_over && (entry.state == StoryState::open || is_answer(answer)))
        close(entry, asked_at);
    return entry;
}

model::StoryEntry after_failure(
    model::StoryEntry entry, std::string_view trouble, model::Instant last_tries_from,
    model::Instant now)
{
    if (entry.state != StoryState::open)
        return entry;
    entry.known_at = std::max(entry.known_at, now);
    add_trouble(entry.troubles, trouble, now, now);
    if (now >= std::max(entry.expires_at, last_tries_from) + last_tries_for)
        close(entry, now);
    return entry;
}

model::StoryEntry after_push(model::StoryEntry entry, model::Instant numbers_at, model::Instant now)
{
    if (entry.last_numbers_at && *entry.last_numbers_at >= numbers_at)
        return entry;
    entry.known_at = std::max(entry.known_at, now);
    entry.last_numbers_at = numbers_at;
    entry.provenance = model::Provenance::webhook;
    if (entry.state != StoryState::open) // an open one has its last try before it, and closes then
        close(entry, now);
    return entry;
}

model::StoryEntry without_highlight(model::StoryEntry entry, model::Instant now)
{
    entry.known_at = std::max(entry.known_at, now);
    entry.is_highlight = false;
    return entry;
}

std::optional<model::Instant> next_story_reading(
    const model::StoryEntry& entry, std::int64_t failures, const config::Schedule& schedule,
    model::Instant now, std::uint64_t key)
{
    if (entry.is_highlight)
        return scheduling::next_post_reading(schedule.media_insights, entry.published_at, now, key);
    if (entry.state != StoryState::open)
        return std::nullopt;
    const auto planned = scheduled(entry, schedule, now, key);
    if (failures == 0 || now < entry.window_from)
        return planned;
    if (now >= entry.expires_at)
        return std::max(try_after(entry, key), now + jittered(past_the_end, failures, now, key));
    const auto left = std::chrono::floor<std::chrono::seconds>(entry.expires_at - now);
    if (left < shortest_wait * 2)
        return planned;
    return std::min(planned, now + std::min(jittered(near_the_end, failures, now, key), left / 2));
}

} // namespace insightd::daemon
