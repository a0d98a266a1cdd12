#include "daemon/account.hpp"

#include "collectors/media.hpp"
#include "daemon/budget/work.hpp"
#include "daemon/scheduling/cadence.hpp"

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

/// Missing for the first time, and nothing else is known: its insights have to say.
bool left_the_list(const model::Presence& presence)
{
    return presence.missing_since == presence.known_at && !presence.refused_since &&
           !presence.answered_at;
}

} // namespace

Account::Account(std::uint32_t index, config::Account settings)
    : index_{index}, settings_{std::move(settings)}, posts_{settings_}, conversations_{settings_},
      competitors_{settings_}, comments_{settings_}, mentions_{settings_}, backfill_{settings_}
{
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
    scheduler.attach(index_, posts_.table());
    remember_days(history);
    missed.begin(now, history.last_alive);
    for (const auto job : account_jobs)
        if (const auto found = history.failing.find(std::string{collector_of(job)});
            found != history.failing.end())
            missed.resume(job, found->second.since, found->second.error);
    followers_count_ = history.followers_count;
    live_.remember(history.live_broadcasts);
    begin(Job::token, now, scheduler);
    for (const auto job : account_jobs) {
        const auto last = history.last_success.find(std::string{collector_of(job)});
        const bool known = last != history.last_success.end() && last->second <= now;
        if (known)
            last_success_.at(static_cast<std::size_t>(job)) = last->second;
        const auto due = known ? next_due({job, index_, 0}, last->second).value_or(now) : now;
        if (job == Job::media_list)
            list_due_ = due;
        else
            begin(job, due, scheduler);
    }
    const auto read = history.last_success.find(std::string{collector_of(Job::media_insights)});
    posts_read_at_ = read != history.last_success.end() ? read->second : model::Instant{};
    const auto polled = history.last_success.find(std::string{collector_of(Job::conversations)});
    conversations_.remember(
        history.conversations,
        polled != history.last_success.end() ? std::optional{polled->second} : std::nullopt);
    competitors_.remember(history.refused_competitors);
    comments_.remember(history.comments);
    mentions_.remember(history.mentions);
    for (const auto& presence : history.presences)
        presences_.remember(presence);
    for (const auto& story : history.media)
        begin_story(story, history.last_alive, now, scheduler);
}

bool Account::remember_post(const model::StoredPost& known)
{
    if (posts_.table().contains(known.id))
        return false;
    posts_.remember(known);
    return true;
}

void Account::plan_post(model::MediaId id, model::Instant now, Scheduler& scheduler)
{
    const Task task{Job::media_insights, index_, id};
    const auto plan = plan_of(id, now);
    if (collects(task.job) && plan)
        scheduler.add(task, plan->due);
}

void Account::posts_are_remembered(model::Instant now, Scheduler& scheduler)
{
    posts_read_at_.reset();
    begin(Job::media_list, list_due_.value_or(now), scheduler);
    if (settings_.backfill.automatic && !backfill_.finished())
        begin(Job::backfill, now, scheduler);
}

void Account::remember_days(const model::AccountHistory& history)
{
    final_days_.clear();
    for (const auto& day : history.final_days)
        final_days_[day.day] = day;
    newest_day_end_ = history.newest_day_end;
    backfill_.remember(history);
}

void Account::remember_past(
    const model::AccountHistory& history, model::Instant now, Scheduler& scheduler)
{
    const bool was_finished = backfill_.finished();
    remember_days(history);
    if (was_finished)
        reopen_backfill(now, scheduler);
}

/// Not before it is known which posts there are: posts_are_remembered() begins it then.
void Account::reopen_backfill(model::Instant now, Scheduler& scheduler)
{
    if (!posts_read_at_ && settings_.backfill.automatic && !backfill_.finished())
        scheduler.add(backfill_task(), now);
}

void Account::remember_stories(
    const model::AccountHistory& cached, model::Instant now, Scheduler& scheduler)
{
    scheduler.attach(index_, posts_.table());
    missed.begin(now, cached.last_alive);
    for (const auto job : urgent_jobs)
        if (cached.last_alive && collects(job))
            missed.fell_due(job, *cached.last_alive);
    begin(Job::token, now, scheduler);
    for (const auto job : urgent_jobs)
        begin(job, now, scheduler);
    for (const auto& story : cached.media)
        begin_story(story, cached.last_alive, now, scheduler);
}

/// Once: a task that is done plans its next time itself.
void Account::begin(Job job, model::Instant due, Scheduler& scheduler)
{
    if (std::exchange(begun_.at(static_cast<std::size_t>(job)), true))
        return;
    if (job == Job::token || job == Job::backfill || collects(job))
        scheduler.add({job, index_, 0}, due);
}

/// A story that was found is brought to its end, even if no others are looked for.
void Account::begin_story(
    const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
    model::Instant now, Scheduler& scheduler)
{
    if (posts_.table().contains(known.id))
        return;
    const auto task = task_of(posts_.remember_story(known));
    remember_story(known, last_alive, now);
    const auto due =
        known.checked_at ? next_due(task, std::min(*known.checked_at, now)) : std::optional{now};
    if ((collects(task.job) || stories_.is_open(known.id)) && due)
        scheduler.add(task, *due);
    if (!stories_.contains(known.id))
        posts_.forget(index_, known.id, scheduler);
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
    for (const auto& run : rows.runs)
        learn_success(run);
    const bool was_finished = backfill_.finished();
    backfill_.learn(rows);
    if (was_finished)
        reopen_backfill(now, scheduler);
    posts_.take_samples(rows.samples);
    for (const auto& profile : rows.profiles) {
        if (profile.followers_count)
            followers_count_ = profile.followers_count;
        media_count_ = profile.media_count;
    }
    learn_days(rows.days);
    conversations_.learn(rows.conversations);
    live_.learn(rows.live_polls);
    comments_.learn(rows.comments);
    if (collects(Job::comments))
        comments_.listed(rows.media);
    mentions_.learn(rows.mention_readings);
    stories_.take(rows.stories);
    for (const auto ended : stories_.forget(now))
        forget(ended, scheduler);
    learn_presences(rows.presences, now, scheduler);
    learn_media(rows.media, now, scheduler);
}

void Account::learn_success(const model::CollectorRun& run)
{
    for (const auto job : account_jobs)
        if (run.succeeded && run.collector == collector_of(job))
            last_success_.at(static_cast<std::size_t>(job)) = run.started_at;
}

/// What failed and is never tried again fails no more: the last story ended, the past is read.
bool Account::is_expected(Job job) const
{
    if (job == Job::backfill)
        return settings_.backfill.automatic && !backfill_.finished();
    if (job == Job::story_insights)
        return stories_.counts().open > 0;
    return collects(job) && (job != Job::media_insights || tracked() > 0);
}

std::optional<graph::FailureClass> Account::failing(Job job) const
{
    const auto& kind = troubles_.at(static_cast<std::size_t>(job)).kind;
    if (kind && is_expected(job))
        return kind;
    return job == Job::stories ? failing(Job::story_insights) : std::nullopt;
}

std::optional<model::Instant> Account::waits_since(Job job) const
{
    const auto since = missed.waits_since(job);
    return since && is_expected(job) ? since : std::nullopt;
}

std::optional<model::Instant> Account::last_success(Job job) const
{
    const auto& last = last_success_.at(static_cast<std::size_t>(job));
    return last && is_expected(job) ? last : std::nullopt;
}

void Account::forget(model::MediaId id, Scheduler& scheduler)
{
    posts_.forget(index_, id, scheduler);
    forgotten_.push_back(id);
}

void Account::learn_days(const std::vector<model::AccountDay>& days)
{
    for (const auto& day : days) {
        newest_day_end_ = std::max(newest_day_end_.value_or(day.day_end), day.day_end);
        if (day.is_final)
            final_days_[day.day] = {day.day, day.day_end, day.observed_at};
    }
    while (final_days_.size() > remembered_days)
        final_days_.erase(final_days_.begin());
}

/// What is seen for the first time is read at once; of the others, those that moved sooner and
/// those that did not later.
void Account::learn_media(
    const std::vector<model::Media>& media, model::Instant now, Scheduler& scheduler)
{
    std::vector<model::MediaId> fresh;
    for (const auto& row : media)
        if (!posts_.table().contains(row.id)) {
            posts_.track(row.id, row.product_type, row.media_type, row.published_at);
            fresh.push_back(row.id);
        }
    posts_.take_list(media);
    for (const auto id : fresh)
        if (const auto task = task_of(*posts_.table().find(id));
            collects(task.job) && next_due(task, now))
            scheduler.add(task, now);
    if (settings_.schedule.polling != config::Polling::adaptive)
        return;
    for (const auto& row : media)
        if (const auto plan = plan_of(row.id, now))
            scheduler.replan({Job::media_insights, index_, row.id}, std::max(plan->due, now));
}

/// What is gone is forgotten until a list holds it again; what has to be decided is asked soon.
void Account::learn_presences(
    const std::vector<model::Presence>& presences, model::Instant now, Scheduler& scheduler)
{
    presences_.take(presences);
    for (const auto& presence : presences) {
        if (presence.state == model::PresenceState::gone)
            forget(presence.media_id, scheduler);
        const Task task{Job::media_insights, index_, presence.media_id};
        if (left_the_list(presence) && collects(task.job) && !scheduler.pull_forward(task, now) &&
            !queue_.holds(task))
            scheduler.add(task, now);
    }
}

std::vector<model::Presence>
Account::judged_presences(Job job, const model::Batch& rows, model::Instant now) const
{
    if (job == Job::media_insights)
        return presences_.judged(evidence_of_insights(rows), now);
    if (job != Job::media_list)
        return {};
    std::vector<std::pair<model::MediaId, model::Instant>> known;
    for (const auto& post : posts_.table().posts())
        if (post.job == Job::media_insights)
            known.emplace_back(post.id, post.published_at);
    return presences_.judged(evidence_of_list(rows, is_list_whole, known, media_count_), now);
}

std::optional<model::KnownMedia> Account::witness(const std::vector<model::MediaId>& refused) const
{
    const scheduling::Post* newest = nullptr;
    for (const auto& post : posts_.table().posts()) {
        const bool is_there = post.job == Job::media_insights &&
                              presences_.state(post.id) == model::PresenceState::listed &&
                              std::ranges::find(refused, post.id) == refused.end();
        if (is_there && (newest == nullptr || post.published_at > newest->published_at))
            newest = &post;
    }
    return newest != nullptr ? media(newest->id) : std::nullopt;
}

bool Account::is_under_way(Job job) const
{
    return (job == Job::conversations && conversations_.is_under_way()) ||
           (job == Job::comments && comments_.is_under_way()) ||
           (job == Job::mentions && mentions_.is_under_way()) ||
           (job == Job::competitors && competitors_.is_under_way());
}

bool Account::is_midway() const
{
    return std::ranges::any_of(account_jobs, [this](Job job) { return is_under_way(job); });
}

std::optional<model::Instant> Account::next_due(const Task& task, model::Instant now) const
{
    if (task.job == Job::backfill)
        return backfill_.next_due(now);
    if (task.job == Job::conversations && conversations_.is_under_way())
        return now + budget::manner_of(budget::Work::conversations).least_between;
    if (task.job == Job::competitors && competitors_.is_under_way())
        return now + budget::manner_of(budget::Work::competitors).least_between;
    if (task.job == Job::live_media && live_.is_on_air())
        return scheduling::next_on_grid(now, settings_.schedule.live_viewers, key(task));
    if (is_public_edge(task.job) && is_under_way(task.job))
        return now;
    if (task.job == Job::story_insights)
        return stories_.next_due(task.media, settings_.schedule, now);
    if (task.job != Job::media_insights)
        return scheduling::next_on_grid(now, interval(settings_.schedule, task.job), key(task));
    const auto* post = posts_.table().find(task.media);
    if (post == nullptr)
        return std::nullopt;
    return or_soon(task, posts_.due_after_reading(*post, now), now);
}

/// A suspect has to be decided, whatever its age and however still it is.
std::optional<model::Instant>
Account::or_soon(const Task& task, std::optional<model::Instant> due, model::Instant now) const
{
    if (!presences_.is_urgent(task.media))
        return due;
    const auto soon = scheduling::next_on_grid(now, suspects_every, key(task));
    return std::min(due.value_or(soon), soon);
}

std::optional<scheduling::Plan> Account::plan_of(model::MediaId id, model::Instant now) const
{
    const auto* post = posts_.table().find(id);
    if (post == nullptr || post->job != Job::media_insights)
        return std::nullopt;
    auto plan = posts_.plan(*post, now);
    if (!presences_.is_urgent(id))
        return plan;
    const auto due = plan ? std::optional{plan->due} : std::nullopt;
    const auto from = post->rate.is_read() ? std::min(PostBook::end_of_reading(*post), now) : now;
    if (!plan)
        plan.emplace();
    plan->due = or_soon(task_of(*post), due, from).value_or(now);
    return plan;
}

model::Instant Account::next_retry(const Task& task, model::Instant until, model::Instant now) const
{
    if (task.job != Job::story_insights)
        return until;
    return std::min(
        until, stories_.next_retry(task.media, settings_.schedule, now).value_or(until));
}

PostCount Account::post_count() const
{
    PostCount count = collects(Job::media_insights) ? posts_.count() : PostCount{};
    count.list_is_whole = !collects(Job::media_list) || whole_list_read_at != model::Instant{};
    return count;
}

std::vector<model::MediaId> Account::unread_posts(std::size_t most, model::Instant now) const
{
    std::vector<model::MediaId> unread;
    if (!collects(Job::media_insights))
        return unread;
    for (const auto& post : posts_.table().posts()) {
        const bool is_live =
            backfill_.pace() == BackfillPlan::Pace::steady &&
            scheduling::tier_of(settings_.schedule.media_insights, post.published_at, now);
        if (unread.size() < most && post.job == Job::media_insights && !post.rate.is_read() &&
            !is_live)
            unread.push_back(post.id);
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

std::size_t Account::fresh_posts(model::Instant now) const
{
    const auto& tiers = settings_.schedule.media_insights;
    if (tiers.empty() || !collects(Job::media_insights))
        return 0;
    return static_cast<std::size_t>(
        std::ranges::count_if(posts_.table().posts(), [&](const scheduling::Post& post) {
            return post.job == Job::media_insights && now - post.published_at < tiers.front().until;
        }));
}

} // namespace insightd::daemon
