#pragma once

#include "collectors/account_insights.hpp"
#include "collectors/catalog.hpp"
#include "collectors/comment_walk.hpp"
#include "collectors/competitors.hpp"
#include "collectors/conversation_walk.hpp"
#include "collectors/fields.hpp"
#include "collectors/live_media.hpp"
#include "collectors/mention_walk.hpp"
#include "config/config.hpp"
#include "daemon/backfill_plan.hpp"
#include "daemon/job_table.hpp"
#include "daemon/missed_polls.hpp"
#include "daemon/post_book.hpp"
#include "daemon/presence.hpp"
#include "daemon/scheduler.hpp"
#include "daemon/story_book.hpp"
#include "daemon/task_queue.hpp"
#include "storage/model/history.hpp"

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace insightd::daemon
{

/// One account under collection: its configuration, what is known of it, and what waits to be done.
/// Knows no network and no store.
class Account
{
public:
    Account(std::uint32_t index, config::Account settings);
    Account(const Account&) = delete; // a scheduler knows where its posts lie
    Account& operator=(const Account&) = delete;

    std::uint32_t index() const { return index_; } ///< its place in the configuration
    const config::Account& settings() const { return settings_; }
    model::AccountId id() const { return settings_.user_id; }

    /// Takes over what the store remembers, posts apart, and says what is due when: at once where
    /// nothing is known, else a step after the last success. What rests on the posts waits until
    /// all of them are remembered.
    void remember(const model::AccountHistory& history, model::Instant now, Scheduler& scheduler);

    /// The days that the store has are those that are known: of more than these, rows were lost on
    /// their way. The backfill fetches them again.
    void
    remember_past(const model::AccountHistory& history, model::Instant now, Scheduler& scheduler);

    /// The same of one post.
    void remember_past(const model::StoredPost& stored) { posts_.correct(stored); }

    /// Otherwise configured from now on. What is planned stays planned, but for what the settings
    /// say otherwise of: jobs that are switched on are due at once, those switched off no more, and
    /// those that come round more often no later than that. Nothing of it may be under way.
    void change(config::Account settings, model::Instant now, Scheduler& scheduler);

    /// Until all posts are remembered: when any was read last, the epoch if none ever was.
    std::optional<model::Instant> posts_wait_since() const { return posts_read_at_; }

    /// Makes room for so many posts more, without any to spare.
    void expect_posts(std::size_t count) { posts_.table().reserve(tracked() + count); }

    /// Takes over a post that the store knows. False if it is watched already: nothing happens.
    bool remember_post(const model::StoredPost& known);

    /// Plans a post that was remembered, together with others: how fast they change decides with.
    void plan_post(model::MediaId id, model::Instant now, Scheduler& scheduler);

    /// There are no more: a list can tell now which posts are new.
    void posts_are_remembered(model::Instant now, Scheduler& scheduler);

    /// As long as the store cannot be asked: what cannot be fetched again is due at once, the given
    /// stories by when they were read last. remember() adds the rest later.
    void
    remember_stories(const model::AccountHistory& cached, model::Instant now, Scheduler& scheduler);

    /// Something of it is planned: it was remembered, in one way or the other.
    bool has_begun() const { return begun_.at(static_cast<std::size_t>(Job::token)); }

    /// Stories that are alive, for remember_stories() of another life.
    std::vector<model::KnownMedia> open_stories(model::Instant now) const;

    /// Takes in what a poll learned; schedules media that are seen for the first time at `now`.
    void learn(const model::Batch& rows, model::Instant now, Scheduler& scheduler);

    /// Media that are watched no more since the last call.
    std::vector<model::MediaId> take_forgotten() { return std::exchange(forgotten_, {}); }

    /// When the task is due again after it succeeded; nothing if never.
    std::optional<model::Instant> next_due(const Task& task, model::Instant now) const;

    /// When a failed task is tried again: at `until`, or earlier where a story does not wait.
    model::Instant next_retry(const Task& task, model::Instant until, model::Instant now) const;

    /// When and why a post is read next, as things stand; nothing if never.
    std::optional<scheduling::Plan> plan_of(model::MediaId id, model::Instant now) const;

    /// Writes into the rows of posts how fast these change: it is stored with the readings.
    void rate(model::Batch& rows) const { posts_.rate(rows); }

    StoryBook& stories() { return stories_; }
    const StoryBook& stories() const { return stories_; }

    /// What a turn of this job says of the account's posts. `rows` came without a failure, if they
    /// are a list.
    std::vector<model::Presence>
    judged_presences(Job job, const model::Batch& rows, model::Instant now) const;

    /// The newest post that is surely there, none of these: if it is refused as well, refusals say
    /// nothing. Nothing if there is no other.
    std::optional<model::KnownMedia> witness(const std::vector<model::MediaId>& refused) const;

    /// A media object as the collectors need it; nothing if it is not tracked.
    std::optional<model::KnownMedia> media(model::MediaId id) const { return posts_.media(id); }

    bool collects(Job job) const { return is_switched_on(settings_, job); }
    /// Between two runs of a job that is not of single media.
    std::chrono::seconds interval_of(Job job) const { return interval(settings_.schedule, job); }
    collectors::ConversationWalk& conversations() { return conversations_; }
    const collectors::ConversationWalk& conversations() const { return conversations_; }
    collectors::CompetitorRound& competitors() { return competitors_; }
    bool is_on_air() const { return live_.is_on_air(); }
    collectors::CommentWalk& comments() { return comments_; }
    collectors::MentionWalk& mentions() { return mentions_; }
    /// A poll of the job is not at its end: its next call is due.
    bool is_under_way(Job job) const;
    /// Any poll that takes several turns.
    bool is_midway() const;
    BackfillPlan& backfill() { return backfill_; }
    const BackfillPlan& backfill() const { return backfill_; }
    Task backfill_task() const { return {Job::backfill, index_, 0}; }
    PostCount post_count() const;
    /// Posts that the first tier of the schedule reads.
    std::size_t fresh_posts(model::Instant now) const;
    /// Up to `most` posts that were never read and are not the live work's; at once: any.
    std::vector<model::MediaId> unread_posts(std::size_t most, model::Instant now) const;

    Task token_task() const { return {Job::token, index_, 0}; }

    collectors::DayPlan day_plan() const;
    std::optional<std::int64_t> followers_count() const { return followers_count_; }
    std::size_t tracked() const { return posts_.table().size(); }

    /// Calls are so many times dearer than usual, at least 1: posts are read more rarely.
    void set_scarcity(double scarcity) { posts_.set_scarcity(scarcity); }

    // What is due and not done: see TaskQueue.
    void enqueue(const Task& task) { queue_.enqueue(task); }
    bool has_work() const { return queue_.has_work(); }
    std::size_t waiting() const { return queue_.size(); }
    std::vector<Task> take_turn(std::size_t most, const TaskQueue::Alike& alike)
    {
        return queue_.take_turn(most, alike);
    }
    std::vector<Task> take_all() { return queue_.take_all(); }
    void end_turn() { queue_.end_turn(); }
    void drop_waiting() { queue_.drop_waiting(); }

    model::Instant paused_until; ///< no calls before; the epoch if not paused
    std::int64_t pauses_in_row = 0;
    std::string_view pause_trouble; ///< what paused it, as the story ledger calls it
    bool being_served = false;

    /// Failures in a row and their kind, for each job.
    struct Trouble {
        std::int64_t failures = 0;
        std::optional<graph::FailureClass> kind;
    };
    MissedPolls missed; ///< what fell due and is not read yet

    Trouble& trouble(Job job) { return troubles_.at(static_cast<std::size_t>(job)); }

    /// How the job failed last; nothing while it does not, or there is nothing of it to be done.
    /// The list of stories fails with the readings of its stories.
    std::optional<graph::FailureClass> failing(Job job) const;

    /// When the oldest reading of the job fell due that was not made; nothing: none waits.
    std::optional<model::Instant> waits_since(Job job) const;

    /// Of a job that the account has one of: when the newest run began that succeeded and is
    /// stored; nothing if none did yet.
    std::optional<model::Instant> last_success(Job job) const;

    /// Fields that the job's node was refused; forgotten once a day, for the platform's come and
    /// go.
    collectors::RefusedFields& refused_fields(Job job, model::Instant now);

    bool is_list_whole = false;        ///< the newest reading of the media list
    model::Instant whole_tags_read_at; ///< the epoch until the list of tags was read to its end
    model::Instant whole_list_read_at; ///< the epoch until the media list was read to its end

private:
    void
    change_job(Job job, const config::Account& before, model::Instant now, Scheduler& scheduler);
    void change_posts(const config::Account& before, model::Instant now, Scheduler& scheduler);
    void replan(const Task& task, std::optional<model::Instant> due, Scheduler& scheduler);
    void remember_days(const model::AccountHistory& history);
    void reopen_backfill(model::Instant now, Scheduler& scheduler);
    void begin(Job job, model::Instant due, Scheduler& scheduler);
    void begin_story(
        const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
        model::Instant now, Scheduler& scheduler);
    void remember_story(
        const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
        model::Instant now);
    void forget(model::MediaId id, Scheduler& scheduler);
    bool is_expected(Job job) const;
    void learn_success(const model::CollectorRun& run);
    void learn_days(const std::vector<model::AccountDay>& days);
    void
    learn_media(const std::vector<model::Media>& media, model::Instant now, Scheduler& scheduler);
    void learn_presences(
        const std::vector<model::Presence>& presences, model::Instant now, Scheduler& scheduler);
    std::optional<model::Instant>
    or_soon(const Task& task, std::optional<model::Instant> due, model::Instant now) const;
    Task task_of(const scheduling::Post& post) const { return {post.job, index_, post.id}; }
    std::uint64_t key(const Task& task) const;

    std::uint32_t index_;
    config::Account settings_;
    PostBook posts_;
    StoryBook stories_;
    PresenceBook presences_;
    std::vector<model::MediaId> forgotten_;
    collectors::ConversationWalk conversations_;
    collectors::CompetitorRound competitors_;
    collectors::LiveWatch live_;
    collectors::CommentWalk comments_;
    collectors::MentionWalk mentions_;
    BackfillPlan backfill_;
    TaskQueue queue_;
    std::map<model::Day, model::FinalDay> final_days_;
    std::optional<model::Instant> newest_day_end_;
    std::optional<std::int64_t> followers_count_;
    std::optional<std::int64_t> media_count_; ///< as the newest profile says
    std::array<bool, job_count> begun_{};
    std::optional<model::Instant> list_due_; ///< once all posts are remembered
    std::optional<model::Instant> posts_read_at_;
    std::array<Trouble, job_count> troubles_;
    std::array<std::optional<model::Instant>, job_count> last_success_;

    struct FieldMemory {
        collectors::RefusedFields refused;
        model::Instant since;
    };
    std::array<FieldMemory, job_count> fields_;
};

} // namespace insightd::daemon
