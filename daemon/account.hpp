#pragma once

#include "collectors/account_insights.hpp"
#include "collectors/catalog.hpp"
#include "collectors/fields.hpp"
#include "config/config.hpp"
#include "daemon/backfill_plan.hpp"
#include "daemon/missed_polls.hpp"
#include "daemon/presence.hpp"
#include "daemon/scheduler.hpp"
#include "daemon/story_book.hpp"
#include "storage/model/history.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace insightd::daemon
{

/// What the daemon keeps in memory of a post: enough to schedule and to ask.
struct TrackedMedia {
    model::Instant published_at;
    catalog::Products product{};
    std::uint8_t media_type = 0; ///< place in a table of names
    bool is_read = false;        ///< at least once
};

/// One account under collection: its configuration, what is known of it, and what waits to be done.
/// Knows no network and no store.
class Account
{
public:
    Account(std::uint32_t index, config::Account settings);

    const config::Account& settings() const { return settings_; }
    model::AccountId id() const { return settings_.user_id; }

    /// Takes over what the store remembers, and says what is due when: at once where nothing is
    /// known, else a step after the last success.
    void remember(const model::AccountHistory& history, model::Instant now, Scheduler& scheduler);

    /// As long as the store cannot be asked: what cannot be fetched again is due at once, the given
    /// stories by when they were read last. remember() adds the rest later.
    void
    remember_stories(const model::AccountHistory& cached, model::Instant now, Scheduler& scheduler);

    /// Stories that are alive, for remember_stories() of another life.
    std::vector<model::KnownMedia> open_stories(model::Instant now) const;

    /// Takes in what a poll learned; schedules media that are seen for the first time at `now`.
    void learn(const model::Batch& rows, model::Instant now, Scheduler& scheduler);

    /// When the task is due again after it succeeded; nothing if never.
    std::optional<model::Instant> next_due(const Task& task, model::Instant now) const;

    /// When a failed task is tried again: at `until`, or earlier where a story does not wait.
    model::Instant next_retry(const Task& task, model::Instant until, model::Instant now) const;

    StoryBook& stories() { return stories_; }
    const StoryBook& stories() const { return stories_; }

    /// What a turn of this job says of the account's posts. `rows` came without a failure, if they
    /// are a list.
    std::vector<model::Presence>
    judged_presences(Job job, const model::Batch& rows, model::Instant now) const;

    /// A media object as the collectors need it; nothing if it is not tracked.
    std::optional<model::KnownMedia> media(model::MediaId id) const;

    bool collects(Job job) const;
    /// Between two runs of a job that is not of single media.
    std::chrono::seconds interval_of(Job job) const;
    BackfillPlan& backfill() { return backfill_; }
    const BackfillPlan& backfill() const { return backfill_; }
    Task backfill_task() const { return {Job::backfill, index_, 0}; }
    PostCount post_count() const;
    /// Up to `most` posts that were never read and are not the live work's; at once: any.
    std::vector<model::MediaId> unread_posts(std::size_t most, model::Instant now) const;

    Task token_task() const { return {Job::token, index_, 0}; }

    collectors::DayPlan day_plan() const;
    std::optional<std::int64_t> followers_count() const { return followers_count_; }
    std::size_t tracked() const { return media_.size(); }

    // Work that is due but not begun, in the order of importance.
    void enqueue(const Task& task);
    bool has_work() const;
    /// The next job: one list or node, or up to `most` media objects of one kind.
    std::vector<Task> take_turn(std::size_t most);
    /// What waits, and what was begun and not ended.
    std::vector<Task> take_all();
    void end_turn() { under_way_.clear(); }
    /// Forgets what waits; what was begun goes on.
    void drop_waiting();

    model::Instant paused_until; ///< no calls before; the epoch if not paused
    std::int64_t pauses_in_row = 0;
    std::string_view pause_trouble; ///< what paused it, as the story ledger calls it
    bool being_served = false;
    Job job_under_way{}; ///< of the turn that is being served

    /// Failures in a row and their kind, for each job.
    struct Trouble {
        std::int64_t failures = 0;
        std::optional<graph::FailureClass> kind;
    };
    MissedPolls missed; ///< what fell due and is not read yet

    Trouble& trouble(Job job) { return troubles_.at(static_cast<std::size_t>(job)); }

    /// Fields that the job's node was refused; forgotten once a day, for the platform's come and
    /// go.
    collectors::RefusedFields& refused_fields(Job job, model::Instant now);

    bool is_list_whole = false;        ///< the newest reading of the media list
    model::Instant whole_list_read_at; ///< the epoch until the media list was read to its end

private:
    void begin(Job job, model::Instant due, Scheduler& scheduler);
    void begin(
        const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
        model::Instant now, Scheduler& scheduler);
    void remember_story(
        const model::KnownMedia& known, const std::optional<model::Instant>& last_alive,
        model::Instant now);
    void track(
        model::MediaId id, std::string_view product_type, std::string_view media_type,
        model::Instant published_at);
    std::uint64_t key(const Task& task) const;

    std::uint32_t index_;
    config::Account settings_;
    std::unordered_map<model::MediaId, TrackedMedia> media_;
    std::map<model::Day, model::FinalDay> final_days_;
    std::array<bool, job_count> begun_{};
    std::optional<model::Instant>
    next_post(const Task& task, const TrackedMedia& media, model::Instant now) const;
    bool is_at_hand(const Task& task) const; ///< waits to be done, or is being done
    void learn_presences(
        const std::vector<model::Presence>& presences, model::Instant now, Scheduler& scheduler);

    StoryBook stories_;
    PresenceBook presences_;
    std::optional<model::Instant> newest_day_end_;
    std::optional<std::int64_t> followers_count_;
    BackfillPlan backfill_;
    std::array<std::deque<Task>, job_count> waiting_;
    std::vector<Task> under_way_;
    std::array<Trouble, job_count> troubles_;

    struct FieldMemory {
        collectors::RefusedFields refused;
        model::Instant since;
    };
    std::array<FieldMemory, job_count> fields_;
};

} // namespace insightd::daemon
