#include "storage/model/rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace insightd::model
{
namespace
{

template <class Row> void move_rows(std::vector<Row>& into, std::vector<Row>&& from)
{
    into.insert(
        into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// The same without its rows.
Batch empty_of(const Batch& batch)
{
    Batch empty;
    empty.account_id = batch.account_id;
    empty.worth = batch.worth;
    empty.fence = batch.fence;
    return empty;
}

template <class Row>
void add_singles(const Batch& batch, std::vector<Row> Batch::*rows, std::vector<Batch>& singles)
{
    for (const auto& row : batch.*rows) {
        singles.push_back(empty_of(batch));
        (singles.back().*rows).push_back(row);
    }
}

template <class Row>
void look_at(
    Contents& contents, const std::vector<Row>& rows, Instant Row::*observed_at,
    const char* collector)
{
    if (!rows.empty() && contents.collector.empty())
        contents.collector = collector;
    contents.rows += rows.size();
    for (const auto& row : rows) {
        const auto at = row.*observed_at;
        contents.first_at = std::min(contents.first_at.value_or(at), at);
        contents.last_at = std::max(contents.last_at.value_or(at), at);
    }
}

/// A line that says "answered" must not stay without the answer.
void join_stories(const Batch& batch, std::vector<Batch>& singles)
{
    for (const auto& story : batch.stories) {
        auto reading = std::ranges::find_if(singles, [&](const Batch& single) {
            return !single.samples.empty() && single.samples.front().media_id == story.media_id;
        });
        if (reading == singles.end()) {
            singles.push_back(empty_of(batch));
            reading = std::prev(singles.end());
        }
        reading->stories.push_back(story);
    }
}

std::size_t numbers_in(const Competitor& competitor)
{
    std::size_t count = competitor.followers_count.has_value() +
                        competitor.follows_count.has_value() + competitor.media_count.has_value();
    for (const auto& post : competitor.posts)
        count += post.like_count.has_value() + post.comments_count.has_value() +
                 post.view_count.has_value();
    return count;
}

std::size_t numbers_in(const Readings& readings)
{
    std::size_t count = 0;
    for (const auto& reading : readings.values)
        count += std::holds_alternative<Number>(reading.value);
    for (const auto& breakdown : readings.breakdowns)
        count += breakdown.cells.size();
    return count;
}

} // namespace

void append(Batch& into, Batch&& from)
{
    move_rows(into.profiles, std::move(from.profiles));
    move_rows(into.media, std::move(from.media));
    move_rows(into.samples, std::move(from.samples));
    move_rows(into.days, std::move(from.days));
    move_rows(into.final_days_again, std::move(from.final_days_again));
    move_rows(into.demographics, std::move(from.demographics));
    move_rows(into.online_followers, std::move(from.online_followers));
    move_rows(into.stories, std::move(from.stories));
    move_rows(into.pushes, std::move(from.pushes));
    move_rows(into.conversations, std::move(from.conversations));
    move_rows(into.publishing_limits, std::move(from.publishing_limits));
    move_rows(into.competitors, std::move(from.competitors));
    move_rows(into.live_polls, std::move(from.live_polls));
    move_rows(into.tags, std::move(from.tags));
    move_rows(into.comments, std::move(from.comments));
    move_rows(into.mentions, std::move(from.mentions));
    move_rows(into.mention_readings, std::move(from.mention_readings));
    move_rows(into.presences, std::move(from.presences));
    move_rows(into.lessons, std::move(from.lessons));
    move_rows(into.offered, std::move(from.offered));
    move_rows(into.runs, std::move(from.runs));
    move_rows(into.gaps, std::move(from.gaps));
    move_rows(into.failed_polls, std::move(from.failed_polls));
    move_rows(into.backfills, std::move(from.backfills));
    move_rows(into.losses, std::move(from.losses));
    into.texts_expire_at = std::max(into.texts_expire_at, from.texts_expire_at);
    into.worth = std::max(into.worth, from.worth);
}

std::vector<Batch> single_rows(const Batch& batch)
{
    std::vector<Batch> singles;
    add_singles(batch, &Batch::profiles, singles);
    add_singles(batch, &Batch::media, singles);
    add_singles(batch, &Batch::samples, singles);
    add_singles(batch, &Batch::days, singles);
    add_singles(batch, &Batch::final_days_again, singles);
    add_singles(batch, &Batch::demographics, singles);
    add_singles(batch, &Batch::online_followers, singles);
    add_singles(batch, &Batch::gaps, singles);
    add_singles(batch, &Batch::failed_polls, singles);
    add_singles(batch, &Batch::backfills, singles);
    add_singles(batch, &Batch::presences, singles);
    join_stories(batch, singles);
    add_singles(batch, &Batch::pushes, singles);
    add_singles(batch, &Batch::conversations, singles);
    add_singles(batch, &Batch::publishing_limits, singles);
    add_singles(batch, &Batch::competitors, singles);
    add_singles(batch, &Batch::live_polls, singles);
    add_singles(batch, &Batch::tags, singles);
    add_singles(batch, &Batch::comments, singles);
    add_singles(batch, &Batch::mentions, singles);
    add_singles(batch, &Batch::mention_readings, singles);
    add_singles(batch, &Batch::lessons, singles);
    add_singles(batch, &Batch::offered, singles);
    return singles;
}

Contents contents_of(const Batch& batch)
{
    Contents contents;
    if (!batch.runs.empty())
        contents.collector = batch.runs.front().collector;
    look_at(contents, batch.profiles, &Profile::observed_at, "profile");
    look_at(contents, batch.samples, &MediaSample::observed_at, "media_insights");
    look_at(contents, batch.media, &Media::observed_at, "media");
    look_at(contents, batch.days, &AccountDay::observed_at, "account_insights");
    look_at(contents, batch.demographics, &Demographics::observed_at, "audience");
    look_at(contents, batch.online_followers, &OnlineFollowers::observed_at, "audience");
    look_at(contents, batch.runs, &CollectorRun::started_at, "");
    look_at(contents, batch.final_days_again, &AccountDay::observed_at, "account_insights");
    look_at(contents, batch.stories, &StoryEntry::known_at, "stories");
    look_at(contents, batch.pushes, &StoryPush::received_at, "webhooks");
    look_at(contents, batch.conversations, &Conversation::observed_at, "conversations");
    look_at(contents, batch.publishing_limits, &PublishingLimit::observed_at, "publishing_limit");
    look_at(contents, batch.competitors, &Competitor::observed_at, "competitors");
    look_at(contents, batch.live_polls, &LivePoll::observed_at, "live_media");
    look_at(contents, batch.tags, &TaggedMedia::observed_at, "tags");
    look_at(contents, batch.comments, &CommentReading::observed_at, "comments");
    look_at(contents, batch.mentions, &Mention::received_at, "webhooks");
    look_at(contents, batch.mention_readings, &MentionReading::observed_at, "mentions");
    look_at(contents, batch.presences, &Presence::known_at, "media");
    look_at(contents, batch.gaps, &Gap::ends_at, "");
    look_at(contents, batch.failed_polls, &FailedPoll::at, "media_insights");
    look_at(contents, batch.backfills, &Backfill::updated_at, "backfill");
    contents.rows += batch.lessons.size() + batch.offered.size();
    look_at(contents, batch.losses, &Loss::lost_at, "");
    return contents;
}

std::size_t count_values(const Batch& batch)
{
    std::size_t count = 0;
    for (const auto& profile : batch.profiles)
        count += profile.followers_count.has_value() + profile.follows_count.has_value() +
                 profile.media_count.has_value();
    for (const auto& media : batch.media)
        count += media.like_count.has_value() + media.comments_count.has_value();
    for (const auto& sample : batch.samples)
        count += numbers_in(sample.readings);
    for (const auto& day : batch.days)
        count += numbers_in(day.readings);
    for (const auto& snapshot : batch.demographics)
        count += snapshot.cells.size();
    for (const auto& online : batch.online_followers)
        for (const auto& hour : online.hours)
            count += hour.has_value();
    for (const auto& push : batch.pushes)
        count += numbers_in(push.readings);
    for (const auto& conversation : batch.conversations)
        count += conversation.messages.size();
    for (const auto& competitor : batch.competitors)
        count += numbers_in(competitor);
    for (const auto& poll : batch.live_polls)
        for (const auto& live : poll.broadcasts)
            count += live.viewers.has_value() + live.like_count.has_value() +
                     live.comments_count.has_value();
    for (const auto& limit : batch.publishing_limits)
        count += limit.quota_usage.has_value() + limit.quota_total.has_value();
    for (const auto& media : batch.tags)
        count += media.like_count.has_value() + media.comments_count.has_value();
    for (const auto& reading : batch.comments)
        count += reading.comments.size();
    for (const auto& reading : batch.mention_readings)
        count += reading.like_count.has_value() + reading.comments_count.has_value();
    return count;
}

} // namespace insightd::model
