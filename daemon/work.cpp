#include "daemon/backfill_work.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/reaction.hpp"
#include "daemon/running.hpp"
#include "daemon/side_by_side.hpp"
#include "daemon/story_trouble.hpp"
#include "daemon/token_keeper.hpp"

#include "collectors/audience.hpp"
#include "collectors/live_media.hpp"
#include "collectors/media.hpp"
#include "collectors/media_insights.hpp"
#include "collectors/profile.hpp"
#include "collectors/publishing_limit.hpp"
#include "collectors/tags.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <map>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Posts are read and stored in groups: one transaction for many, and little to ask again when the
/// machine dies.
constexpr std::size_t media_in_one_turn = 50;

/// The media list is read to its end this often, else its first page.
constexpr std::chrono::hours whole_list_every{24};

/// What was not stored is asked for again after this.
constexpr std::chrono::minutes again_after{15};

/// So many objects refused for lack of a permission, and none answered: it is the account's.
constexpr std::size_t enough_forbidden = 3;

/// Nothing failed: the rest of the turn was not asked.
bool is_held_back(const std::optional<graph::Failure>& failure)
{
    return failure && failure->kind == graph::FailureClass::held_back;
}

/// A failure that the next post would meet as well.
bool stops_siblings(const graph::Failure& failure)
{
    return reaction_to(failure.kind).scope != Scope::job ||
           failure.kind == graph::FailureClass::unreachable || is_held_back(failure);
}

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

graph::Failure key_is_away(const std::string& why)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::transient;
    failure.message = "the key of people's names is in the database, which is away: " + why;
    return failure;
}

void say_what_is_lost(
    const config::Account& account, const std::vector<model::Conversation>& conversations)
{
    for (const auto& conversation : conversations)
        if (const auto lost = conversation.lost(); lost > 0)
            log::warning(
                "messages_lost", {{"account", account.name},
                                  {"conversation", conversation.key},
                                  {"messages", lost},
                                  {"reason", "more came between two polls than the platform tells "
                                             "details of, or they were deleted"},
                                  {"mend", "a shorter schedule.conversations"}});
}

void say_who_is_refused(const config::Account& account, const model::Competitor& told)
{
    log::warning(
        "competitor_unavailable", {{"account", account.name},
                                   {"competitor", told.username},
                                   {"reason", told.refusal},
                                   {"mend", "look for the name on Instagram and correct or remove "
                                            "it; until then it is asked once a day"}});
}

/// Whether texts of it may be stored, which have to go in time.
bool keeps_texts(const Account& account)
{
    return account.collects(Job::conversations) || account.collects(Job::tags) ||
           account.collects(Job::comments) || account.collects(Job::mentions);
}

bool reads_media(Job job)
{
    return job == Job::story_insights || job == Job::media_insights;
}

} // namespace

boost::asio::awaitable<void> Engine::serve(Account& account)
{
    const auto api = co_await client_of(account);
    if (!api)
        co_return co_await report_without_client(account, api.error());
    while (account.has_work() && !running_->stopping && may_do(Job::stories) &&
           paused_until(account) <= services_.clock.now() && !is_to_change(account) &&
           !services_.tokens.is_outdated(account.id(), (*api)->token_version())) {
        auto turn = next_turn(account, media_in_one_turn);
        if (may_begin(account, turn))
            co_await perform(account, **api, std::move(turn));
        account.end_turn();
    }
    if (!account.has_work() || running_->stopping || !is_ours(account))
        co_return;
    const auto left = account.take_all();
    if (paused_until(account) > services_.clock.now())
        hold_up(account, left, pause_trouble(account), paused_until(account));
    postpone(account, left, paused_until(account));
}

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

boost::asio::awaitable<void>
Engine::perform(Account& account, graph::Client& api, std::vector<Task> turn)
{
    const auto job = turn.front().job;
    const auto calls_before = api.calls();
    model::CollectorRun run;
    run.collector = collector_of(job);
    run.started_at = services_.clock.now();

    Outcome outcome;
    outcome.rows.fence = fence_of(account);
    outcome.undone = turn;
    outcome.token_version = api.token_version();
    if (reads_media(job))
        co_await read_media(account, api, std::move(turn), outcome);
    else
        co_await read_node(account, api, turn.front(), outcome);

    // A stop may cut calls off, never what becomes of the answers.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    run.calls = api.calls() - calls_before;
    run.budget_percent = api.usage().percent();
    progress_.calls += run.calls;
    note_version(api);
    describe(run, outcome.done, outcome.failure);
    co_await conclude(account, job, std::move(run), std::move(outcome));
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

boost::asio::awaitable<void>
Engine::read_node(Account& account, graph::Client& api, Task task, Outcome& outcome)
{
    auto collected = co_await ask(account, api, task.job, services_.clock.now());
    model::append(outcome.rows, std::move(collected.rows));
    outcome.failure = std::move(collected.failure);
    if (!outcome.failure || collected.is_of_a_part)
        outcome.done = std::exchange(outcome.undone, {});
}

boost::asio::awaitable<void>
Engine::read_media(Account& account, graph::Client& api, std::vector<Task> tasks, Outcome& outcome)
{
    outcome.undone.clear();
    const bool are_posts = tasks.front().job == Job::media_insights;
    const auto most = std::max(services_.config.api.calls_per_account, api.batch_size());
    std::vector<asio::awaitable<void>> readers;
    for (std::size_t reader = 0; reader < std::min(most, tasks.size()); ++reader)
        readers.push_back(read_some(account, api, tasks, outcome, api.take_seat()));
    const auto errors = co_await side_by_side(std::move(readers));
    for (const auto& error : errors)
        if (error && !running_->stopping) // cut off by a stop: what the others read is kept
            std::rethrow_exception(error);
    std::ranges::move(tasks, std::back_inserter(outcome.undone));
    if (are_posts && !running_->stopping) // cut off, this coroutine cannot wait any more
        co_await ask_witness(account, api, outcome);
    settle_forbidden(account, outcome);
}

/// What the store has taken.
void Engine::learn(Account& account, const model::Batch& rows, model::Instant now)
{
    account.learn(rows, now, scheduler_);
    matrix_.forget(account.take_forgotten());
}

/// Where every post that was asked "does not exist", one that is surely there tells whether the
/// platform says so of any.
boost::asio::awaitable<void>
Engine::ask_witness(Account& account, graph::Client& api, Outcome& outcome)
{
    const auto evidence = evidence_of_insights(outcome.rows);
    const bool is_in_doubt = !evidence.refused.empty() && evidence.answered.empty();
    if (!is_in_doubt || outcome.stopped)
        co_return;
    auto witness = account.witness(evidence.refused);
    if (!witness)
        co_return;
    auto collected = co_await collectors::collect_media_insights(
        api, matrix_, account.settings(), std::move(*witness), services_.clock.now());
    if (!collected.failure)
        model::append(outcome.rows, std::move(collected.rows));
}

/// A permission that one object lacks while others answer is that object's absence; one that all
/// lack is a failure of the account.
void Engine::settle_forbidden(Account& account, Outcome& outcome)
{
    auto forbidden = std::exchange(outcome.forbidden, {});
    if (forbidden.empty())
        return;
    if (model::count_values(outcome.rows) == 0)
        return static_cast<void>(std::ranges::move(forbidden, std::back_inserter(outcome.undone)));
    const auto now = services_.clock.now();
    for (const auto& task : forbidden) {
        if (const auto known = account.media(task.media))
            outcome.rows.samples.push_back(collectors::absent_sample(
                *known, account.settings(), model::Absence::no_permission, now));
        outcome.done.push_back(task);
    }
    if (outcome.failure && outcome.failure->kind == graph::FailureClass::no_permission)
        outcome.failure.reset();
}

/// One of several readers of a group: each takes the next post from the end until none is left. The
/// seat is held until then: what the readers ask at the same time goes out together.
boost::asio::awaitable<void> Engine::read_some(
    Account& account, graph::Client& api, std::vector<Task>& tasks, Outcome& outcome,
    graph::Gathering::Seat /*seat*/)
{
    while (!tasks.empty() && !outcome.stopped && !running_->stopping &&
           may_read_beside(account, tasks.back(), outcome.being_read)) {
        const auto task = tasks.back();
        tasks.pop_back();
        auto known = account.media(task.media);
        const auto now = services_.clock.now();
        if (!known) {
            outcome.done.push_back(task);
            continue;
        }
        if (!may_read(account, task, outcome))
            break;
        if (known->has_numbers)
            matrix_.note_numbers(collectors::target_of(*known, account.settings(), {}), {}, true);
        ++outcome.being_read;
        auto collected = co_await collectors::collect_media_insights(
            api, matrix_, account.settings(), std::move(*known), now);
        --outcome.being_read;
        if (collected.failure && collected.failure->kind == graph::FailureClass::no_permission) {
            if (!outcome.failure)
                outcome.failure = std::move(collected.failure);
            outcome.forbidden.push_back(task);
            outcome.stopped = outcome.stopped || (outcome.forbidden.size() >= enough_forbidden &&
                                                  model::count_values(outcome.rows) == 0);
            continue;
        }
        if (collected.failure) {
            if (!is_held_back(collected.failure))
                outcome.rows.failed_polls.push_back(
                    {task.media, now, std::string{graph::to_string(collected.failure->kind)},
                     graph::to_string(*collected.failure)});
            outcome.stopped = outcome.stopped || stops_siblings(*collected.failure);
            if (!outcome.failure || !is_held_back(collected.failure))
                outcome.failure = std::move(collected.failure);
            outcome.undone.push_back(task);
            model::append(outcome.rows, std::move(collected.rows)); // what came before
            continue;
        }
        model::append(outcome.rows, std::move(collected.rows));
        (collected.is_doubtful ? outcome.doubtful : outcome.done).push_back(task);
    }
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

/// Stores what was learned, then plans from what is stored: nothing is taken for known earlier.
boost::asio::awaitable<void>
Engine::conclude(Account& account, Job job, model::CollectorRun run, Outcome outcome)
{
    const auto now = services_.clock.now();
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

boost::asio::awaitable<graph::Outcome<std::shared_ptr<const model::Pseudonyms>>>
Engine::names_of_people()
{
    graph::Outcome<std::shared_ptr<const model::Pseudonyms>> names{
        std::shared_ptr<const model::Pseudonyms>{}};
    try {
        names = co_await services_.tokens.people_key().pseudonyms();
    } catch (const model::Unavailable& away) {
        names = key_is_away(away.what());
    }
    co_return names;
}

/// Without the key of the names nothing can be stored: nothing is asked.
boost::asio::awaitable<collectors::Collected>
Engine::ask_conversations(Account& account, graph::Client& api, model::Instant now)
{
    const auto names = co_await names_of_people();
    if (!names)
        co_return collectors::Collected{names.error()};
    auto collected =
        co_await collectors::collect_conversations(api, account.conversations(), **names, now);
    say_what_is_lost(account.settings(), collected.rows.conversations);
    co_return collected;
}

/// The same competitor may be named by several accounts: what another one was told within three
/// quarters of an interval is taken instead of a call, so that one call an interval is enough.
boost::asio::awaitable<collectors::Collected>
Engine::ask_competitor(Account& account, graph::Client& api, model::Instant now)
{
    auto& round = account.competitors();
    const auto username = round.next(now);
    if (!username)
        co_return collectors::Collected{};
    const bool was_refused = round.is_refused(*username);
    const auto* told = told_.since(*username, now - account.interval_of(Job::competitors) * 3 / 4);
    collectors::Collected collected;
    if (told != nullptr)
        collected = round.take(*told);
    else
        collected = co_await collectors::collect_competitor(api, round, now);
    for (const auto& competitor : collected.rows.competitors) {
        told_.note(competitor);
        if (!competitor.refusal.empty() && !was_refused)
            say_who_is_refused(account.settings(), competitor);
    }
    co_return collected;
}

boost::asio::awaitable<collectors::Collected>
Engine::ask_public_edge(Account& account, graph::Client& api, Job job, model::Instant now)
{
    const auto names = co_await names_of_people();
    if (!names)
        co_return collectors::Collected{names.error()};
    if (job == Job::comments)
        co_return co_await collectors::collect_comments(api, account.comments(), **names, now);
    if (job == Job::mentions)
        co_return co_await collectors::collect_mentions(api, account.mentions(), **names, now);
    const bool whole = now >= account.whole_tags_read_at + whole_list_every;
    const auto depth = whole ? collectors::TagsDepth::whole : collectors::TagsDepth::newest;
    auto& refused = account.refused_fields(job, now);
    auto collected =
        co_await collectors::collect_tags(api, account.settings(), **names, depth, refused, now);
    if (whole && !collected.failure)
        account.whole_tags_read_at = now;
    co_return collected;
}

boost::asio::awaitable<collectors::Collected>
Engine::ask(Account& account, graph::Client& api, Job job, model::Instant now)
{
    const auto& settings = account.settings();
    auto& refused = account.refused_fields(job, now);
    switch (job) {
    case Job::stories:
        co_return co_await collectors::collect_story_list(api, settings, refused, now);
    case Job::profile:
        co_return co_await collectors::collect_profile(api, settings, refused, now);
    case Job::media_list: {
        const bool whole = now >= account.whole_list_read_at + whole_list_every;
        const auto depth = whole ? collectors::ListDepth::whole : collectors::ListDepth::newest;
        auto collected = co_await collectors::collect_media(api, settings, depth, refused, now);
        account.is_list_whole = whole;
        if (whole && !collected.failure)
            account.whole_list_read_at = now;
        co_return collected;
    }
    case Job::account_days: {
        auto plan = account.day_plan();
        co_return co_await collectors::collect_account_days(
            api, matrix_, settings, std::move(plan), now);
    }
    case Job::audience:
        co_return co_await collectors::collect_audience(
            api, matrix_, settings, account.followers_count(), now);
    case Job::conversations:
        co_return co_await ask_conversations(account, api, now);
    case Job::competitors:
        co_return co_await ask_competitor(account, api, now);
    case Job::live_media:
        co_return co_await collectors::collect_live_media(
            api, settings, account.is_on_air(), refused, now);
    case Job::publishing_limit:
        co_return co_await collectors::collect_publishing_limit(api, settings, refused, now);
    case Job::tags:
    case Job::comments:
    case Job::mentions:
        co_return co_await ask_public_edge(account, api, job, now);
    case Job::backfill:
        co_return co_await read_past(api, matrix_, account, posts_of_the_past(account, api), now);
    case Job::story_insights:
    case Job::media_insights:
    case Job::token:
        break; // read_media(), look_after_token()
    }
    co_return collectors::Collected{};
}

} // namespace insightd::daemon
