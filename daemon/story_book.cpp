#include "daemon/story_book.hpp"

#include "daemon/story_trouble.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

using model::StoryState;

/// A restart that is quicker than this left no story waiting.
constexpr std::chrono::minutes quick_restart{1};

/// Closed lines are kept that long after the story's end: the list may still show it.
constexpr std::chrono::hours kept_after_end{24};

/// A highlight that was refused so often in a row is none any more.
constexpr std::int64_t most_refusals = 3;

std::size_t at(StoryState state)
{
    return static_cast<std::size_t>(state);
}

} // namespace

void StoryBook::remember(
    model::StoryEntry entry, const std::optional<model::Instant>& last_alive, model::Instant now)
{
    since_ = now;
    const bool is_over = entry.state != StoryState::open && !entry.is_highlight;
    if (is_over && now >= entry.expires_at + kept_after_end)
        return;
    Line line{std::move(entry)};
    if (line.entry.state == StoryState::open && last_alive && now > *last_alive + quick_restart) {
        add_trouble(line.entry.troubles, trouble::not_running, *last_alive, now);
        line.is_changed = true;
    }
    const auto id = line.entry.media_id;
    lines_.insert_or_assign(id, std::move(line));
}

model::StoryEntry StoryBook::judged_answer(const Line& line, const model::MediaSample& sample) const
{
    const auto answer = story_answer(sample.readings);
    const bool ends_highlight = line.entry.is_highlight && answer == StoryAnswer::refused &&
                                line.failures + 1 >= most_refusals;
    return ends_highlight ? without_highlight(line.entry, sample.observed_at)
                          : after_answer(line.entry, answer, sample.observed_at);
}

std::vector<model::StoryEntry> StoryBook::judged(
    const model::Batch& rows, const std::vector<model::MediaId>& failed,
    const std::optional<graph::Failure>& failure, const config::Schedule& schedule,
    model::Instant now) const
{
    std::map<model::MediaId, model::StoryEntry> changed;
    for (const auto& [id, line] : lines_)
        if (line.is_changed)
            changed[id] = line.entry;
    for (const auto& media : rows.media)
        if (media.product_type == "STORY" && !contains(media.id))
            changed[media.id] = found_story(media, schedule, media.observed_at);
    for (const auto& sample : rows.samples)
        if (const auto line = lines_.find(sample.media_id); line != lines_.end())
            changed[sample.media_id] = judged_answer(line->second, sample);
    const auto was_read = [&](model::MediaId id) {
        return std::ranges::find(rows.samples, id, &model::MediaSample::media_id) !=
               rows.samples.end();
    };
    if (failure)
        for (const auto id : failed)
            if (is_open(id) && !was_read(id))
                changed[id] =
                    after_failure(lines_.at(id).entry, trouble_of(failure->kind), since_, now);
    std::vector<model::StoryEntry> entries;
    for (auto& [id, entry] : changed)
        entries.push_back(std::move(entry));
    return entries;
}

/// The newer line gets what the stored one knows of answers.
void keep_answer(model::StoryEntry& line, const model::StoryEntry& stored)
{
    line.last_answer_at = std::max(line.last_answer_at, stored.last_answer_at);
    if (stored.last_numbers_at <= line.last_numbers_at)
        return;
    line.last_numbers_at = stored.last_numbers_at;
    line.provenance = stored.provenance;
}

void StoryBook::take(const std::vector<model::StoryEntry>& stored)
{
    for (const auto& entry : stored) {
        auto& line = lines_[entry.media_id];
        if (line.is_changed && line.entry.known_at > entry.known_at &&
            entry.state == StoryState::open && line.entry.state == StoryState::open) {
            keep_answer(line.entry, entry); // held up while this was being stored
            continue;
        }
        if (line.entry.state == StoryState::open && entry.state != StoryState::open)
            ++closed_.at(at(entry.state));
        auto taken = entry;
        keep_answer(taken, line.entry); // a push may have been stored meanwhile
        line = {std::move(taken), entry.troubles.empty() ? 0 : line.failures + 1, false};
    }
}

void StoryBook::hold_up(
    model::MediaId id, std::string_view trouble, model::Instant from, model::Instant to)
{
    if (!is_open(id))
        return;
    auto& line = lines_.at(id);
    add_trouble(line.entry.troubles, trouble, from, to);
    line.entry = after_failure(std::move(line.entry), trouble, since_, from);
    line.is_changed = true;
    ++line.failures;
    if (line.entry.state != StoryState::open)
        ++closed_.at(at(line.entry.state));
}

void StoryBook::stood_still(std::string_view trouble, model::Instant from, model::Instant to)
{
    for (auto& [id, line] : lines_)
        if (line.entry.state == StoryState::open) {
            add_trouble(line.entry.troubles, trouble, from, to);
            line.is_changed = true;
        }
}

void StoryBook::push(model::MediaId id, model::Instant numbers_at, model::Instant now)
{
    const auto line = lines_.find(id);
    if (line == lines_.end())
        return;
    auto& entry = line->second.entry;
    const auto before = entry.state;
    entry = after_push(std::move(entry), numbers_at, now);
    if (entry.state != before)
        ++closed_.at(at(entry.state));
}

std::vector<model::MediaId> StoryBook::forget(model::Instant now)
{
    std::vector<model::MediaId> forgotten;
    for (const auto& [id, line] : lines_)
        if (line.entry.state != StoryState::open && !line.entry.is_highlight &&
            now >= line.entry.expires_at + kept_after_end)
            forgotten.push_back(id);
    for (const auto id : forgotten)
        lines_.erase(id);
    return forgotten;
}

bool StoryBook::is_open(model::MediaId id) const
{
    const auto line = lines_.find(id);
    return line != lines_.end() && line->second.entry.state == StoryState::open;
}

std::optional<model::Instant>
StoryBook::next_due(model::MediaId id, const config::Schedule& schedule, model::Instant now) const
{
    const auto line = lines_.find(id);
    if (line == lines_.end())
        return std::nullopt;
    return next_story_reading(
        line->second.entry, line->second.failures, schedule, now, static_cast<std::uint64_t>(id));
}

std::optional<model::Instant>
StoryBook::next_retry(model::MediaId id, const config::Schedule& schedule, model::Instant now) const
{
    const auto line = lines_.find(id);
    if (line == lines_.end())
        return std::nullopt;
    return next_story_reading(
        line->second.entry, line->second.failures + 1, schedule, now,
        static_cast<std::uint64_t>(id));
}

std::vector<model::StoryEntry> StoryBook::open() const
{
    std::vector<model::StoryEntry> found;
    for (const auto& [id, line] : lines_)
        if (line.entry.state == model::StoryState::open)
            found.push_back(line.entry);
    return found;
}

StoryCounts StoryBook::counts() const
{
    StoryCounts counts;
    counts.closed = closed_;
    counts.open = static_cast<std::size_t>(std::ranges::count_if(
        lines_, [](const auto& line) { return line.second.entry.state == StoryState::open; }));
    return counts;
}

} // namespace insightd::daemon
