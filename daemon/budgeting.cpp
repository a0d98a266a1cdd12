#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/running.hpp"
#include "daemon/scheduling/cadence.hpp"
#include "daemon/story_trouble.hpp"
#include "daemon/token_words.hpp"

#include <algorithm>

// How the engine keeps within the platform's limits.
namespace insightd::daemon
{
namespace
{

using budget::Work;

/// A reading of a story or a post costs about as many calls.
constexpr double calls_a_reading = 2;

/// Readings in a story's last minutes and right after its end.
constexpr double last_readings = 4;

/// An answer after a story's end still decides how it ended.
constexpr std::chrono::minutes after_the_end{30};

double an_hour(std::chrono::seconds every)
{
    return std::chrono::duration<double>{std::chrono::hours{1}} / every;
}

Work work_of_story(const Account& account, model::MediaId id, model::Instant now)
{
    const auto story = account.media(id);
    if (!story || !story->expires_at)
        return Work::stories;
    const auto ends_at = *story->expires_at;
    const bool is_over = now > ends_at + after_the_end;
    if (is_over) // a highlight's numbers hardly move
        return account.stories().is_open(id) ? Work::stories : Work::old_posts;
    const auto from = ends_at - account.settings().schedule.story_last_reading;
    return from <= now ? Work::story_ends : Work::stories;
}

/// Fresh is what the first tier reads.
Work work_of_post(const Account& account, model::MediaId id, model::Instant now)
{
    const auto& tiers = account.settings().schedule.media_insights;
    const auto post = account.media(id);
    const bool is_fresh = post && !tiers.empty() && now - post->published_at < tiers.front().until;
    return is_fresh ? Work::fresh_posts : Work::old_posts;
}

Work work_of(const Account& account, const Task& task, model::Instant now)
{
    switch (task.job) {
    case Job::story_insights:
        return work_of_story(account, task.media, now);
    case Job::stories:
        return Work::stories;
    case Job::account_days:
        return Work::account_days;
    case Job::audience:
        return Work::demographics;
    case Job::media_insights:
        return work_of_post(account, task.media, now);
    case Job::conversations:
        return Work::conversations;
    case Job::competitors:
        return Work::competitors;
    case Job::backfill:
        return Work::backfill;
    case Job::tags:
    case Job::comments:
    case Job::mentions:
    case Job::publishing_limit:
    case Job::live_media:
        return Work::edges;
    case Job::profile:
    case Job::media_list:
    case Job::token:
        break;
    }
    return Work::lists;
}

std::uint64_t key_of(const Account& account, const Task& task)
{
    return scheduling::scattered(
        static_cast<std::uint64_t>(account.id()) ^ static_cast<std::uint64_t>(task.media) ^
        static_cast<std::uint64_t>(task.job) << 56U);
}

constexpr std::string_view kept_for_others = "the rate limit was left to more valuable calls";
constexpr std::string_view others_were_refused =
    "the platform refused too many calls, as another insightd was told";
constexpr std::string_view told_to_wait = "the platform says when the next call may be made";

const auto throttled = trouble_of(graph::FailureClass::account_throttled);
const auto held_back = trouble_of(graph::FailureClass::held_back);

} // namespace

budget::Verdict Engine::verdict_on(const Account& account, const Task& task, model::Instant now)
{
    return governor_.ask(
        account.index(), work_of(account, task, now), budget::Stage::begins, key_of(account, task),
        now);
}

/// What waits longest, and what else of its job is worth as much.
std::vector<Task> Engine::next_turn(Account& account, std::size_t most)
{
    const auto now = services_.clock.now();
    return account.take_turn(most, [&](const Task& first, const Task& other) {
        return work_of(account, first, now) == work_of(account, other, now);
    });
}

/// Whether the turn's calls may be made; else it waits until the budget is expected back.
bool Engine::may_begin(Account& account, const std::vector<Task>& turn)
{
    const auto now = services_.clock.now();
    const auto verdict = verdict_on(account, turn.front(), now);
    if (verdict.goes())
        permits_.at(account.index())
            .begin(work_of(account, turn.front(), now), is_irreplaceable(turn.front().job));
    else
        hold_back(account, turn);
    return verdict.goes();
}

/// No failure: nothing was asked. What depends on its times, the stories and the gap ledger, is
/// told. Returns the latest instant at which one of the tasks comes back.
model::Instant Engine::hold_back(Account& account, const std::vector<Task>& tasks)
{
    const auto now = services_.clock.now();
    auto latest = now;
    for (const auto& task : tasks) {
        const auto verdict = verdict_on(account, task, now);
        const bool is_blocked = verdict.answer == budget::Answer::blocked ||
                                verdict.answer == budget::Answer::tried ||
                                verdict.answer == budget::Answer::paced;
        const auto again =
            is_blocked ? verdict.again : account.next_retry(task, verdict.again, now);
        hold_up(account, {task}, is_blocked ? throttled : held_back, again);
        if (!is_blocked) // else it was told when the block began
            account.missed.failed(task.job, std::string{kept_for_others});
        postpone(account, {task}, again);
        latest = std::max(latest, again);
    }
    complain_of_budget(account, tasks.front().job);
    return latest;
}

/// Asked before each post: one that is begun is read to its end, as far as a few points more go.
/// Where it may not be, it stays undone and the turn ends.
bool Engine::may_read(const Account& account, const Task& task, Outcome& outcome)
{
    const auto now = services_.clock.now();
    const auto verdict = verdict_on(account, task, now);
    if (verdict.goes())
        return true;
    outcome.undone.push_back(task);
    outcome.stopped = true;
    if (!outcome.failure)
        outcome.failure = graph::held_back(
            {kept_for_others, std::chrono::ceil<std::chrono::seconds>(verdict.again - now)});
    return false;
}

/// As many posts side by side as calls may be, and more, for the sake of batches, only where the
/// budget has room to read all of them to their end.
bool Engine::may_read_beside(const Account& account, const Task& task, std::size_t others)
{
    if (others < services_.config.api.calls_per_account)
        return true;
    const auto now = services_.clock.now();
    const auto room = governor_.room(account.index(), work_of(account, task, now), now);
    return room && static_cast<double>(others + 1) * calls_a_reading <= *room;
}

/// How many posts are one piece of the past. Small, so that live work that falls due meanwhile does
/// not wait long; and as many as a batch takes where nothing else is done, and the budget has room.
std::size_t Engine::posts_of_the_past(const Account& account, const graph::Client& api)
{
    constexpr std::size_t usual = 5;
    if (account.backfill().pace() == BackfillPlan::Pace::steady)
        return usual;
    const auto room = governor_.room(account.index(), Work::backfill, services_.clock.now());
    const auto readings = static_cast<std::size_t>(room.value_or(0) / calls_a_reading);
    return std::max(usual, std::min(readings, api.batch_size()));
}

/// A failure tells of its block itself; beside a good answer somebody has to.
void Engine::tell_of_estimate(Account& account)
{
    if (!permits_.at(account.index()).is_told_to_wait())
        return;
    account.missed.paused(std::string{told_to_wait});
    log::warning(
        "calls_paused", {{"account", account.settings().name},
                         {"reason", told_to_wait},
                         {"until", date_words(governor_.blocked_until(account.index()))}});
}

/// Whoever made one pass has not got everything.
void Engine::complain_of_budget(const Account& account, Job job)
{
    const auto is_known = [&](const Complaint& complaint) {
        return complaint.account == account.settings().name &&
               complaint.collector == collector_of(job) &&
               complaint.failure.kind == graph::FailureClass::held_back;
    };
    if (!pass_at_ || std::ranges::any_of(complaints_, is_known))
        return;
    graph::Failure failure;
    failure.kind = graph::FailureClass::held_back;
    failure.message = kept_for_others;
    complaints_.push_back(
        {account.settings().name, std::string{collector_of(job)}, std::move(failure)});
}

/// The first instant at which neither a pause nor a block stands in the task's way.
model::Instant Engine::not_before(const Account& account, const Task& task)
{
    const auto now = services_.clock.now();
    if (governor_.blocked_until(account.index()) <= now)
        return account.paused_until;
    return std::max(account.paused_until, verdict_on(account, task, now).again);
}

/// What the schedule asks for; counted anew after each reading of a list, which shows what is new.
void Engine::expect_calls(const Account& account)
{
    const auto& schedule = account.settings().schedule;
    double lists = 0;
    if (account.collects(Job::profile))
        lists += an_hour(schedule.profile);
    if (account.collects(Job::media_list))
        lists += an_hour(schedule.media_list);
    governor_.expect(account.index(), Work::lists, lists);
    const auto posts = static_cast<double>(account.fresh_posts(services_.clock.now()));
    if (!schedule.media_insights.empty())
        governor_.expect(
            account.index(), Work::fresh_posts,
            posts * calls_a_reading * an_hour(schedule.media_insights.front().every));
    if (account.collects(Job::stories))
        expect_calls_of_stories(account);
}

void Engine::expect_calls_of_stories(const Account& account)
{
    const auto readings = static_cast<double>(account.stories().counts().open) * calls_a_reading;
    governor_.expect(
        account.index(), Work::stories,
        (1 + readings) * an_hour(account.settings().schedule.stories));
    governor_.expect(
        account.index(), Work::story_ends,
        readings * last_readings * an_hour(std::chrono::days{1}));
}

std::vector<model::Block> Engine::blocks() const
{
    return governor_.blocks(services_.clock.now());
}

/// Whoever was not blocked before is told why it waits.
void Engine::heed(const std::vector<model::Block>& blocks)
{
    const auto now = services_.clock.now();
    std::vector<Account*> free;
    for (const auto& account : accounts_)
        if (!blocks.empty() && governor_.blocked_until(account->index()) <= now)
            free.push_back(account.get());
    governor_.heed(blocks, now);
    for (auto* const account : free)
        if (governor_.blocked_until(account->index()) > now)
            account->missed.paused(std::string{others_were_refused});
}

budget::State Engine::budget_of(model::AccountId account)
{
    const auto index = index_of(account);
    return index ? governor_.state(*index, services_.clock.now()) : budget::State{};
}

budget::AppState Engine::budget_of_app(config::Login login)
{
    return governor_.state_of_app(login, services_.clock.now());
}

} // namespace insightd::daemon
