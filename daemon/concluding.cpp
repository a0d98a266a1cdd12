#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/reaction.hpp"
#include "daemon/running.hpp"
#include "daemon/story_trouble.hpp"
#include "daemon/token_keeper.hpp"

#include <algorithm>
#include <map>

// What becomes of a turn: its rows are stored, and what comes next is planned from them.
namespace insightd::daemon
{
namespace
{

/// What was not stored is asked for again after this.
constexpr std::chrono::minutes again_after{15};

void describe(
    model::CollectorRun& run, const std::vector<Task>& done,
    const std::optional<graph::Failure>& failure)
{
    run.succeeded = !failure || !done.empty();
    if (failure && !is_held_back(failure)) {
        run.error_class = graph::to_string(failure->kind);
        run.error = graph::to_string(*failure);
    }
}

/// A story is gone after a day, a message when twenty more have come, a broadcast when it ends;
/// whatever else is missing can be asked again, or the next reading says nearly as much.
model::Worth worth_of(Job job, const model::Batch& rows)
{
    const bool is_of_stories = is_irreplaceable(job) || !rows.stories.empty();
    const bool passes = !rows.conversations.empty() || !rows.live_polls.empty();
    return is_of_stories || passes ? model::Worth::irreplaceable : model::Worth::refetchable;
}

/// Nobody is told "gone" on a suspicion.
void tell_suspects(model::Batch& rows)
{
    for (auto& sample : rows.samples) {
        const auto presence =
            std::ranges::find(rows.presences, sample.media_id, &model::Presence::media_id);
        if (presence != rows.presences.end() && presence->state == model::PresenceState::gone)
            continue;
        for (auto& reading : sample.readings.values)
            if (reading.value == decltype(reading.value){model::Absence::gone})
                reading.value = model::Absence::suspect;
    }
}

/// Whether texts of it may be stored, which have to go in time.
bool keeps_texts(const Account& account)
{
    return account.collects(Job::conversations) || account.collects(Job::tags) ||
           account.collects(Job::comments) || account.collects(Job::mentions);
}

} // namespace

/// An account without a token makes no calls; what it would have done has failed all the same, and
/// whoever looks at its health must see it.
boost::asio::awaitable<void> Engine::report_without_client(Account& account, graph::Failure failure)
{
    const auto tasks = account.take_all();
    if (tasks.empty()) // the account went to another meanwhile
        co_return;
    const auto until = failed(account, tasks.front().job, tasks, failure);
    std::map<std::string_view, model::CollectorRun> runs;
    for (const auto& task : tasks) {
        auto& run = runs[collector_of(task.job)];
        run.collector = collector_of(task.job);
        run.started_at = services_.clock.now();
        run.next_due = until;
        describe(run, {}, failure);
    }
    model::Batch batch;
    batch.account_id = account.id();
    batch.fence = fence_of(account);
    for (auto& [collector, run] : runs)
        batch.runs.push_back(std::move(run));
    if (keeps_texts(account))
        batch.texts_expire_at = services_.clock.now();
    batch.stories = judged_stories(account, batch, tasks, failure);
    batch.worth = worth_of(tasks.front().job, batch);
    const auto rows = std::make_shared<const model::Batch>(std::move(batch));
    const auto kept = co_await keep(rows);
    if (kept.state == Kept::State::stored)
        learn(account, *rows, services_.clock.now());
}

/// Stores what was learned, then plans from what is stored: nothing is taken for known earlier.
boost::asio::awaitable<void>
Engine::conclude(Account& account, Job job, model::CollectorRun run, Outcome outcome)
{
    const auto now = services_.clock.now();
    describe(run, outcome.done, outcome.failure);
    tell_of_estimate(account);
    ask_doubtful_soon(account, outcome, now);
    const bool outdated = outcome.failure &&
                          outcome.failure->kind == graph::FailureClass::needs_login &&
                          services_.tokens.is_outdated(account.id(), outcome.token_version);
    const bool is_withheld =
        is_held_back(outcome.failure) && permits_.at(account.index()).is_withheld();
    if (is_withheld)
        set_aside(account, outcome.undone);
    else if (outdated) // a new token came while the old one was used: nothing is wrong
        postpone(account, outcome.undone, now);
    else if (is_held_back(outcome.failure))
        run.next_due = hold_back(account, outcome.undone);
    else if (outcome.failure)
        run.next_due = failed(account, job, outcome.undone, *outcome.failure);
    else if (!outcome.undone.empty())
        postpone(account, outcome.undone, now);
    for (const auto& task : outcome.done)
        run.next_due = std::max(run.next_due, account.next_due(task, now));

    // Of a poll that takes many turns the last is enough.
    const bool goes_on = account.is_under_way(job);
    const auto say = goes_on ? log::debug : log::info;
    say("poll", {{"account", account.settings().name},
                 {"collector", run.collector},
                 {"values", model::count_values(outcome.rows)},
                 {"calls", run.calls}});
    outcome.rows.account_id = account.id();
    if (!is_withheld) // else whoever has the account now knows what is missing
        note_gap(account, job, run, outcome.undone.empty(), outcome.rows);
    outcome.rows.stories = judged_stories(
        account, outcome.rows, outcome.undone,
        outdated || is_withheld ? std::nullopt : outcome.failure);
    if (job == Job::conversations || is_public_edge(job))
        outcome.rows.texts_expire_at = now;
    outcome.rows.worth = worth_of(job, outcome.rows);
    if (job == Job::media_insights || !outcome.failure)
        outcome.rows.presences = account.judged_presences(job, outcome.rows, now);
    tell_suspects(outcome.rows);
    account.rate(outcome.rows);
    auto [lessons, offered] = matrix_.take_changes();
    outcome.rows.lessons = std::move(lessons);
    outcome.rows.offered = std::move(offered);
    if (!is_held_back(outcome.failure) || run.succeeded) // else there is nothing to tell of it
        outcome.rows.runs.push_back(std::move(run));
    auto rows = std::make_shared<const model::Batch>(std::move(outcome.rows));
    auto kept = co_await keep(rows);
    if (kept.state == Kept::State::refused)
        kept = co_await keep_what_is_taken(account, rows);
    if (kept.state != Kept::State::stored)
        hold_up(account, outcome.done, trouble::rows_lost, now);
    if (kept.state == Kept::State::given_up) {
        postpone(account, outcome.done, now + again_after);
        co_return;
    }
    account.set_scarcity(governor_.scarcity(account.index(), now));
    learn(account, *rows, pass_at_.value_or(now));
    if (job == Job::media_list || job == Job::stories)
        expect_calls(account);
    plan(account, outcome.done);
    co_await cache_stories(account, job);
    if (!outcome.failure && kept.state == Kept::State::stored)
        recovered(account, job);
    co_await tell_tokens(account, outcome.token_version, outcome.failure);
}

/// What the store has taken.
void Engine::learn(Account& account, const model::Batch& rows, model::Instant now)
{
    account.learn(rows, now, scheduler_);
    matrix_.forget(account.take_forgotten());
}

/// A suspicion is not left standing until an old post's next turn, which may be a week away.
void Engine::ask_doubtful_soon(Account& account, Outcome& outcome, model::Instant now)
{
    std::vector<Task> soon;
    for (const auto& task : outcome.doubtful) {
        const auto due = account.next_due(task, now);
        (due && *due > now + again_after ? soon : outcome.done).push_back(task);
    }
    postpone(account, soon, now + again_after);
}

/// Stored with the rows that ended it: a gap is noted once, and never without what came after it.
void Engine::note_gap(
    Account& account, Job job, const model::CollectorRun& run, bool is_whole, model::Batch& rows)
{
    if (auto backfill = account.backfill().reopened(rows.days, run.started_at))
        rows.backfills.push_back(std::move(*backfill));
    if (!run.succeeded)
        return;
    const auto& schedule = account.settings().schedule;
    auto gap = is_whole ? account.missed.met(job, schedule, run.started_at)
                        : account.missed.met_in_part(job, schedule, run.started_at);
    if (gap)
        rows.gaps.push_back(std::move(*gap));
}

/// The stories' lines as this turn changes them; they are stored with its readings.
std::vector<model::StoryEntry> Engine::judged_stories(
    const Account& account, const model::Batch& rows, const std::vector<Task>& undone,
    const std::optional<graph::Failure>& failure) const
{
    std::vector<model::MediaId> failed;
    for (const auto& task : undone)
        if (task.job == Job::story_insights)
            failed.push_back(task.media);
    return account.stories().judged(
        rows, failed, failure, account.settings().schedule, services_.clock.now());
}

} // namespace insightd::daemon
