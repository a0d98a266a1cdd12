#pragma once

#include "collectors/account_insights.hpp"
#include "collectors/catalog.hpp"
#include "collectors/fields.hpp"
#include "config/config.hpp"
#include "daemon/scheduler.hpp"
#include "storage/model/history.hpp"

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace insightd::daemon
{

/// What the daemon keeps in memory of a post: enough to schedule and to ask.
struct TrackedMedia {
    model::Instant published_at;
    catalog::Products product{};
    std::uint8_t media_type = 0; ///< place in a table of names
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

    /// Takes in what a poll learned; schedules media that are seen for the first time at `now`.
    void learn(const model::Batch& rows, model::Instant now, Scheduler& scheduler);

    /// When the task is due again after it succeeded; nothing if never.
    std::optional<model::Instant> next_due(const Task& task, model::Instant now) const;

    /// A media object as the collectors need it; nothing if it is not tracked.
    std::optional<model::KnownMedia> media(model::MediaId id) const;

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

    model::Instant paused_until; ///< no calls before; the epoch if not paused
    std::int64_t pauses_in_row = 0;
    bool being_served = false;

    /// Failures in a row and their kind, for each job.
    struct Trouble {
        std::int64_t failures = 0;
        std::optional<graph::FailureClass> kind;
    };
    Trouble& trouble(Job job) { return troubles_.at(static_cast<std::size_t>(job)); }

    /// Fields that the job's node was refused; forgotten once a day, for the platform's come and
    /// go.
    collectors::RefusedFields& refused_fields(Job job, model::Instant now);

    model::Instant whole_list_read_at; ///< the epoch until the media list was read to its end

private:
    static constexpr std::size_t job_count = 8;

    bool collects(Job job) const;
    void track(
        model::MediaId id, std::string_view product_type, std::string_view media_type,
        model::Instant published_at);
    std::uint64_t key(const Task& task) const;

    std::uint32_t index_;
    config::Account settings_;
    std::unordered_map<model::MediaId, TrackedMedia> media_;
    std::set<model::Day> final_days_;
    std::optional<model::Instant> newest_day_end_;
    std::optional<std::int64_t> followers_count_;
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
