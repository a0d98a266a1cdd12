#pragma once

#include "storage/model/metric.hpp"
#include "storage/model/rows.hpp"
#include "storage/statement.hpp"

#include <optional>
#include <span>
#include <vector>

/// Rows on their way into tables. Every statement may be repeated: replaying it changes nothing.
namespace insightd::storage
{

/// Everything of the batch, in the order in which later rows rest on earlier ones.
std::vector<Step> steps_of(const model::Batch& batch);

/// Configured accounts; those that are no longer configured stay. Texts go where they are not kept
/// any more.
void write_accounts(pqxx::transaction_base& tx, const std::vector<model::Account>& accounts);

/// The catalogue, whole: lines that are no longer in it go.
void write_catalogue(pqxx::transaction_base& tx, const std::vector<model::Metric>& catalogue);

// The parts of a batch, a file each, and the statements that take their rows.

// write_media.cpp
void add_media(Steps& steps, const std::vector<model::Media>& media);
std::span<const Statement> media_statements();

// write_samples.cpp
void add_samples(Steps& steps, const std::vector<model::MediaSample>& samples);
std::span<const Statement> sample_statements();

// write_account.cpp
void add_profiles(Steps& steps, const std::vector<model::Profile>& profiles);
void add_demographics(Steps& steps, const std::vector<model::Demographics>& snapshots);
void add_online_followers(Steps& steps, const std::vector<model::OnlineFollowers>& days);
std::span<const Statement> account_statements();

// write_days.cpp
void add_days(Steps& steps, const std::vector<model::AccountDay>& days);
void add_final_days_again(Steps& steps, const std::vector<model::AccountDay>& days);
std::span<const Statement> day_statements();

// write_stories.cpp
void add_stories(Steps& steps, const std::vector<model::StoryEntry>& stories);
std::span<const Statement> story_statements();

// write_pushes.cpp
void add_pushes(Steps& steps, const std::vector<model::StoryPush>& pushes);
std::span<const Statement> push_statements();

// write_conversations.cpp
void add_conversations(Steps& steps, const std::vector<model::Conversation>& rows);
void add_text_expiry(Steps& steps, const std::optional<model::Instant>& at);
std::span<const Statement> conversation_statements();

// write_publishing_limit.cpp
void add_publishing_limits(Steps& steps, const std::vector<model::PublishingLimit>& rows);
std::span<const Statement> publishing_limit_statements();

// write_competitors.cpp
void add_competitors(Steps& steps, const std::vector<model::Competitor>& rows);
std::span<const Statement> competitor_statements();

// write_live.cpp
void add_live_polls(Steps& steps, const std::vector<model::LivePoll>& polls);
std::span<const Statement> live_statements();
// write_tags.cpp
void add_tags(Steps& steps, const std::vector<model::TaggedMedia>& tags);
std::span<const Statement> tag_statements();

// write_comments.cpp
void add_comments(Steps& steps, const std::vector<model::CommentReading>& readings);
std::span<const Statement> comment_statements();

// write_mentions.cpp
void add_mentions(Steps& steps, const std::vector<model::Mention>& mentions);
void add_mention_readings(Steps& steps, const std::vector<model::MentionReading>& readings);
std::span<const Statement> mention_statements();

// write_public_texts.cpp
void add_public_text_expiry(Steps& steps, const std::optional<model::Instant>& at);
std::span<const Statement> public_text_statements();

// write_presence.cpp
void add_presences(Steps& steps, const std::vector<model::Presence>& presences);
std::span<const Statement> presence_statements();

// write_lessons.cpp
void add_lessons(Steps& steps, const std::vector<model::MetricLesson>& lessons);
void add_offered(Steps& steps, const std::vector<model::OfferedMetric>& offered);
std::span<const Statement> lesson_statements();

// write_runs.cpp
void add_runs(Steps& steps, const std::vector<model::CollectorRun>& runs);
void add_gaps(Steps& steps, const std::vector<model::Gap>& gaps);
void add_failed_polls(Steps& steps, const std::vector<model::FailedPoll>& polls);
std::span<const Statement> run_statements();

// write_backfill.cpp
void add_backfills(Steps& steps, const std::vector<model::Backfill>& rows);
std::span<const Statement> backfill_statements();

// write_losses.cpp
void add_losses(Steps& steps, const std::vector<model::Loss>& losses);
std::span<const Statement> loss_statements();

} // namespace insightd::storage
