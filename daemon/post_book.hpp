#pragma once

#include "config/config.hpp"
#include "daemon/backfill_plan.hpp"
#include "daemon/scheduler.hpp"
#include "daemon/scheduling/change_rate.hpp"
#include "daemon/scheduling/pace.hpp"
#include "daemon/scheduling/post_table.hpp"
#include "storage/model/history.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace insightd::daemon
{

/// One account's posts and stories in memory, how fast each post changes, and when it is read next.
/// Stories are only kept here: they have a clock of their own.
class PostBook
{
public:
    /// The settings must outlive the book.
    explicit PostBook(const config::Account& settings) : settings_{&settings} {}

    scheduling::PostTable& table() { return table_; }
    const scheduling::PostTable& table() const { return table_; }

    /// Takes a post or story under watch, without a plan; one that is watched stays as it is.
    const scheduling::Post& track(
        model::MediaId id, std::string_view product_type, std::string_view media_type,
        model::Instant published_at);

    /// The same with all that the store knows of a post.
    const scheduling::Post& remember(const model::StoredPost& known);

    /// The same of a story.
    const scheduling::Post& remember_story(const model::KnownMedia& known);

    /// The store has this of the post, and no more: readings were lost on their way.
    void correct(const model::StoredPost& known);

    /// It is watched no more.
    void forget(std::uint32_t account, model::MediaId id, Scheduler& scheduler);

    /// As the collectors need it; nothing if it is not tracked.
    std::optional<model::KnownMedia> media(model::MediaId id) const;

    /// Writes into the rows of posts how fast these change with the rows taken in. Changes nothing
    /// here: the store may refuse the rows.
    void rate(model::Batch& rows) const;

    /// The store has taken the rows: readings of insights, and of lists. What a list shows first is
    /// tracked already.
    void take_samples(const std::vector<model::MediaSample>& samples);
    void take_list(const std::vector<model::Media>& media);

    /// When and why the post is read next, as things stand; nothing if never again.
    std::optional<scheduling::Plan> plan(const scheduling::Post& post, model::Instant now) const;

    /// When it is read again after a reading at `now` that told nothing new; nothing if never.
    std::optional<model::Instant>
    due_after_reading(const scheduling::Post& post, model::Instant now) const;

    /// Calls are so many times dearer than usual; at least 1.
    void set_scarcity(double scarcity) { scarcity_ = scarcity; }

    /// By when the last reading was made; for a post that was read.
    static model::Instant end_of_reading(const scheduling::Post& post);

    /// Posts, stories aside, and how many of them were read.
    PostCount count() const;

private:
    scheduling::Pacing pacing() const;
    bool is_paced_by_change() const;
    std::uint64_t key(const scheduling::Post& post) const;

    const config::Account* settings_;
    scheduling::PostTable table_;
    scheduling::AccountRates rates_;
    double scarcity_ = 1;
};

} // namespace insightd::daemon
