#include "daemon/account.hpp"

#include "collectors/media.hpp"
#include "daemon/cadence.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{
namespace
{

/// Settled days that one pass reads at most: the past is filled in while the present goes on.
constexpr std::size_t backfill_days = 7;

constexpr std::chrono::hours refusals_remembered{24};

/// Days older than the series reaches are never asked again.
constexpr std::size_t remembered_days = 60;

constexpr std::array account_jobs{
    Job::stories, Job::profile, Job::media_list, Job::account_days, Job::audience};

/// What cannot be fetched again, and what an account needs for it.
constexpr std::array urgent_jobs{Job::stories, Job::profile};

config::Collector switch_of(Job job)
{
    using config::Collector;
    static constexpr std::array switches{Collector::stories,          Collector::stories,
                                         Collector::profile,          Collector::media,
                                         Collector::account_insights, Collector::account_insights,
                                         Collector::media_insights};
    return switches.at(static_cast<std::size_t>(job));
}

std::chrono::seconds interval(const config::Schedule& schedule, Job job)
{
    switch (job) {
    case Job::stories:
    case Job::story_insights:
        return schedule.stories;
    case Job::profile:
        return schedule.profile;
    case Job::media_list:
        return schedule.media_list;
    case Job::account_days:
        return schedule.account_insights;
    case Job::audience:
        return schedule.demographics;
    case Job::media_insights:
    case Job::token:
    case Job::backfill:
        break; // by age: next_post_reading(); as the token's keeper says; as the plan says
    }
    return schedule.media_insights.front().every;
}

/// Missing for the first time, and nothing else is known: its insights have to say.
bool left_the_list(const model::Presence& presence)
{
    return presence.missing_since == presence.known_at && !presence.refused_since &&
           !presence.answered_at;
}

std::string_view product_name(catalog::Products product)
{
    if (product == catalog::reels)
        return "REELS";
    return product == catalog::story ? "STORY" : "FEED";
}

/// As the API names them; what is none of them is kept as not known.
constexpr std::array<std::string_view, 4> media_types{"", "IMAGE", "VIDEO", "CAROUSEL_ALBUM"};

std::uint8_t place_of(std::string_view media_type)
{
    const auto found = std::ranges::find(media_types, media_type);
    return found == media_types.end() ? std::uint8_t{0}
                                      : static_cast<std::uint8_t>(found - media_types.begin());
}

Job job_for(const TrackedMedia& media)
{
    return media.product == catalog::story ? Job::story_insights : Job::media_insights;
}

} // namespace

Account::Account(std::uint32_t index, config::Account settings)
    : index_{index}, settings_{std::move(settings)}, backfill_{settings_}
{
}

bool Account::collects(Job job) const
{
    const auto found = settings_.collect.find(switch_of(job));
    return found != settings_.collect.end() && found->second;
}

std::chrono::seconds Account::interval_of(Job job) const
{
    return interval(settings_.schedule, job);
}

std::uint64_t Account::key(const Task& task) const
{
    const auto what = task.media != 0 ? static_cast<std::uint64_t>(task.media)
                                      : static_cast<std::uint64_t>(task.job) << 56;
    return what ^ static_cast<std::uint64_t>(id());
}

void Account::remember(
    const model::AccountHistory& history, model::Instant now, Scheduler& scheduler)
{
    final_days_.clear();
    for (const auto& day : history.final_days)
        final_days_[day.day] = day;
    missed.begin(now, history.last_alive);
    for (const auto job : account_jobs)
        if (const auto found = history.failing.find(std::string{collector_of(job)});
            found != history.failing.end())
            missed.resume(job, found->second.since, found->second.error);
    newest_day_end_ = history.newest_day_end;
    followers_count_ = history.followers_count;
    backfill_.remember(history);
    if (settings_.backfill.automatic && !backfill_.finished())
        scheduler.add(backfill_task(), now);
    begin(Job::token, now, scheduler);
    for (const auto job : account_jobs) {
        const auto last = history.last_success.find(std::string{collector_of(job)});
        const bool known = last != history.last_success.end() && last->second <= now;
        const Task task{job, index_, 0};
        begin(job, known ? next_due(task, last->second).value_or(now) : now, scheduler);
    }
    for (const auto& presence : history.presences)
        presences_.remember(presence);
    for (const auto& known : history.media)
        begin(known, history.last_alive, now, scheduler);
}

void Account::remember_stories(
    const model::AccountHistory& cached, model::Instant now, Scheduler& scheduler)
{
    missed.begin(now, cached.last_alive);
    for (const auto job : urgent_jobs)
        if (cached.last_alive && collects(job))
            missed.fell_due(job, *cached.last_alive);
    begin(Job::token, now, scheduler);
    for (const auto job : urgent_jobs)
        begin(job, now, scheduler);
    for (const auto& story : cached.media)
        begin(story, cached.last_alive, now, scheduler);
}

/// Once: a task that is done plans its next time itself.
void Account::begin(Job job, model::Instant due, Scheduler& scheduler)
{
    if (std::exchange(begun_.at(static_cast<std::size_t>(job)), true))
        return;
    if (job == Job::token || collects(job))
        scheduler.add({job, index_, 0}, due);
}

void Account::begin(
    const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
    model::Instant now, Scheduler& scheduler)
{
    if (media_.contains(known.id))
        return;
    track(known.id, known.product_type, known.media_type, known.published_at);
    media_.at(known.id).is_read = known.checked_at.has_value();
    const Task task{job_for(media_.at(known.id)), index_, known.id};
    if (task.job == Job::story_insights)
        remember_story(known, last_alive, now);
    const auto due =
        known.checked_at ? next_due(task, std::min(*known.checked_at, now)) : std::optional{now};
    // A story that was found is brought to its end, even if no others are looked for.
    if ((collects(task.job) || stories_.is_open(known.id)) && due)
        scheduler.add(task, *due);
    if (task.job == Job::story_insights && !stories_.contains(known.id))
        media_.erase(known.id);
}

std::vector<model::KnownMedia> Account::open_stories(model::Instant now) const
{
    std::vector<model::KnownMedia> open;
    for (const auto& entry : stories_.open()) {
        auto story = media(entry.media_id);
        if (!story || entry.expires_at <= now)
            continue;
        story->checked_at = entry.last_answer_at;
        story->story = entry;
        open.push_back(std::move(*story));
    }
    return open;
}

/// A story without a line: the line was refused when the story was found.
void Account::remember_story(
    const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
    model::Instant now)
{
    model::Media media;
    media.id = known.id;
    media.published_at = known.published_at;
    media.expires_at = known.expires_at;
    stories_.remember(
        known.story ? *known.story : found_story(media, settings_.schedule, now), last_alive, now);
}

void Account::learn(const model::Batch& rows, model::Instant now, Scheduler& scheduler)
{
    const bool was_finished = backfill_.finished();
    backfill_.learn(rows, now);
    if (was_finished && !backfill_.finished() && settings_.backfill.automatic)
        scheduler.add(backfill_task(), now);
    for (const auto& sample : rows.samples)
        if (const auto found = media_.find(sample.media_id); found != media_.end())
            found->second.is_read = true;
    for (const auto& profile : rows.profiles)
        if (profile.followers_count)
            followers_count_ = profile.followers_count;
    for (const auto& day : rows.days) {
        newest_day_end_ = std::max(newest_day_end_.value_or(day.day_end), day.day_end);
        if (day.is_final)
            final_days_[day.day] = {day.day, day.day_end, day.observed_at};
    }
    while (final_days_.size() > remembered_days)
        final_days_.erase(final_days_.begin());
    stories_.take(rows.stories);
    for (const auto forgotten : stories_.forget(now))
        media_.erase(forgotten);
    learn_presences(rows.presences, now, scheduler);
    for (const auto& media : rows.media) {
        if (media_.contains(media.id))
            continue;
        track(media.id, media.product_type, media.media_type, media.published_at);
        const Task task{job_for(media_.at(media.id)), index_, media.id};
        if (collects(task.job) && next_due(task, now))
            scheduler.add(task, now);
    }
}

/// What is gone is forgotten until a list holds it again; what has to be decided is asked soon.
void Account::learn_presences(
    const std::vector<model::Presence>& presences, model::Instant now, Scheduler& scheduler)
{
    presences_.take(presences);
    std::set<model::MediaId> urgent;
    for (const auto& presence : presences) {
        if (presence.state == model::PresenceState::gone)
            media_.erase(presence.media_id);
        else if (left_the_list(presence))
            urgent.insert(presence.media_id);
    }
    if (urgent.empty() || !collects(Job::media_insights))
        return;
    for (const auto id : scheduler.pull_forward(index_, std::move(urgent), now))
        if (const Task task{Job::media_insights, index_, id}; !is_at_hand(task))
            scheduler.add(task, now);
}

bool Account::is_at_hand(const Task& task) const
{
    const auto& waiting = waiting_.at(static_cast<std::size_t>(task.job));
    return std::ranges::find(waiting, task) != waiting.end() ||
           std::ranges::find(under_way_, task) != under_way_.end();
}

std::vector<model::Presence>
Account::judged_presences(Job job, const model::Batch& rows, model::Instant now) const
{
    if (job == Job::media_insights)
        return presences_.judged(evidence_of_insights(rows), now);
    if (job != Job::media_list)
        return {};
    std::vector<std::pair<model::MediaId, model::Instant>> known;
    for (const auto& [id, media] : media_)
        if (media.product != catalog::story)
            known.emplace_back(id, media.published_at);
    return presences_.judged(evidence_of_list(rows, is_list_whole, known), now);
}

void Account::track(
    model::MediaId id, std::string_view product_type, std::string_view media_type,
    model::Instant published_at)
{
    media_[id] = {published_at, catalog::product_of(product_type), place_of(media_type)};
}

std::optional<model::Instant> Account::next_due(const Task& task, model::Instant now) const
{
    if (task.job == Job::backfill)
        return backfill_.next_due(now);
    const auto found = media_.find(task.media);
    if (task.job == Job::story_insights)
        return stories_.next_due(task.media, settings_.schedule, now);
    if (task.job == Job::media_insights)
        return found != media_.end() ? next_post(task, found->second, now) : std::nullopt;
    return next_on_grid(now, interval(settings_.schedule, task.job), key(task));
}

std::optional<model::Instant>
Account::next_post(const Task& task, const TrackedMedia& media, model::Instant now) const
{
    const auto by_age =
        next_post_reading(settings_.schedule.media_insights, media.published_at, now, key(task));
    if (!presences_.is_urgent(task.media))
        return by_age;
    const auto soon = next_on_grid(now, suspects_every, key(task));
    return std::min(by_age.value_or(soon), soon);
}

model::Instant Account::next_retry(const Task& task, model::Instant until, model::Instant now) const
{
    if (task.job != Job::story_insights)
        return until;
    return std::min(
        until, stories_.next_retry(task.media, settings_.schedule, now).value_or(until));
}

std::optional<model::KnownMedia> Account::media(model::MediaId id) const
{
    const auto found = media_.find(id);
    if (found == media_.end())
        return std::nullopt;
    model::KnownMedia known;
    known.id = id;
    known.product_type = product_name(found->second.product);
    known.media_type = media_types.at(found->second.media_type);
    known.published_at = found->second.published_at;
    if (found->second.product == catalog::story)
        known.expires_at = known.published_at + collectors::story_life;
    return known;
}

PostCount Account::post_count() const
{
    PostCount count;
    count.list_is_whole = !collects(Job::media_list) || whole_list_read_at != model::Instant{};
    if (!collects(Job::media_insights))
        return count;
    for (const auto& [id, media] : media_)
        if (media.product != catalog::story) {
            ++count.listed;
            count.read += media.is_read;
        }
    return count;
}

std::vector<model::MediaId> Account::unread_posts(std::size_t most, model::Instant now) const
{
    std::vector<model::MediaId> unread;
    if (!collects(Job::media_insights))
        return unread;
    for (const auto& [id, media] : media_) {
        const bool is_live = backfill_.pace() == BackfillPlan::Pace::steady &&
                             next_due({Job::media_insights, index_, id}, now);
        if (unread.size() < most && media.product != catalog::story && !media.is_read && !is_live)
            unread.push_back(id);
    }
    return unread;
}

collectors::DayPlan Account::day_plan() const
{
    collectors::DayPlan plan;
    plan.final_days = final_days_;
    plan.settling_margin = settings_.settling_margin;
    plan.known_day_end = newest_day_end_;
    plan.backfill = backfill_days;
    plan.followers_count = followers_count_;
    return plan;
}

collectors::RefusedFields& Account::refused_fields(Job job, model::Instant now)
{
    auto& memory = fields_.at(static_cast<std::size_t>(job));
    if (now >= memory.since + refusals_remembered)
        memory = {{}, now};
    return memory.refused;
}

void Account::enqueue(const Task& task)
{
    waiting_.at(static_cast<std::size_t>(task.job)).push_back(task);
}

bool Account::has_work() const
{
    return std::ranges::any_of(waiting_, [](const auto& tasks) { return !tasks.empty(); });
}

std::vector<Task> Account::take_turn(std::size_t most)
{
    const auto next =
        std::ranges::find_if(waiting_, [](const auto& tasks) { return !tasks.empty(); });
    if (next == waiting_.end())
        return {};
    const auto count = std::min(most, next->size());
    std::vector<Task> turn{next->begin(), next->begin() + static_cast<std::ptrdiff_t>(count)};
    next->erase(next->begin(), next->begin() + static_cast<std::ptrdiff_t>(count));
    under_way_ = turn;
    return turn;
}

void Account::drop_waiting()
{
    for (auto& tasks : waiting_)
        tasks.clear();
}

std::vector<Task> Account::take_all()
{
    auto all = std::exchange(under_way_, {});
    for (auto& tasks : waiting_) {
        all.insert(all.end(), tasks.begin(), tasks.end());
        tasks.clear();
    }
    return all;
}

} // namespace insightd::daemon
