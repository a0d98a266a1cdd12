#include "daemon/post_book.hpp"

#include "collectors/catalog.hpp"
#include "collectors/fields.hpp"
#include "collectors/media.hpp"
#include "daemon/post_rates.hpp"
#include "daemon/scheduling/cadence.hpp"

#include <algorithm>
#include <array>

namespace insightd::daemon
{
namespace
{

using scheduling::Post;

std::string_view product_name(std::uint8_t product)
{
    if (product == catalog::reels)
        return "REELS";
    return product == catalog::story ? "STORY" : "FEED";
}

/// As the API names them; what is none of them is kept as not known.
constexpr std::array<std::string_view, 4> media_types{"", "IMAGE", "VIDEO", "CAROUSEL_ALBUM"};

std::uint8_t place_of(std::string_view media_type)
{
    const auto found = std::ranges::find(media_types, media_type);
    return found == media_types.end() ? std::uint8_t{0}
                                      : static_cast<std::uint8_t>(found - media_types.begin());
}

bool is_post(const Post& post)
{
    return post.job == Job::media_insights;
}

Post& put(
    scheduling::PostTable& table, model::MediaId id, std::string_view product_type,
    std::string_view media_type, model::Instant published_at)
{
    auto& post = table.add(id);
    post.published_at = published_at;
    post.product = catalog::product_of(product_type);
    post.media_type = place_of(media_type);
    post.job = post.product == catalog::story ? Job::story_insights : Job::media_insights;
    return post;
}

} // namespace

const Post& PostBook::track(
    model::MediaId id, std::string_view product_type, std::string_view media_type,
    model::Instant published_at)
{
    if (const auto* known = table_.find(id))
        return *known;
    const auto& post = put(table_, id, product_type, media_type, published_at);
    if (is_post(post))
        rates_.add(post.rate);
    return post;
}

const Post& PostBook::remember(const model::StoredPost& known)
{
    if (const auto* post = table_.find(known.id))
        return *post;
    auto& post = put(table_, known.id, known.product_type, known.media_type, known.published_at);
    post.rate = stored_rate(known);
    post.has_numbers = known.has_numbers;
    post.counts_views = known.total_is_views;
    rates_.add(post.rate);
    return post;
}

const Post& PostBook::remember_story(const model::KnownMedia& known)
{
    track(known.id, known.product_type, known.media_type, known.published_at);
    auto& post = *table_.find(known.id);
    post.has_numbers = known.has_numbers || (known.story && known.story->last_numbers_at);
    return post;
}

void PostBook::correct(const model::StoredPost& known)
{
    auto* post = table_.find(known.id);
    if (post == nullptr || !is_post(*post))
        return;
    rates_.remove(post->rate);
    post->rate = stored_rate(known);
    post->has_numbers = known.has_numbers;
    post->counts_views = known.total_is_views;
    rates_.add(post->rate);
}

void PostBook::forget(std::uint32_t account, model::MediaId id, Scheduler& scheduler)
{
    const auto* post = table_.find(id);
    if (post == nullptr)
        return;
    if (is_post(*post))
        rates_.remove(post->rate);
    scheduler.remove_post(account, id);
}

std::optional<model::KnownMedia> PostBook::media(model::MediaId id) const
{
    const auto* post = table_.find(id);
    if (post == nullptr)
        return std::nullopt;
    model::KnownMedia known;
    known.id = id;
    known.product_type = product_name(post->product);
    known.media_type = media_types.at(post->media_type);
    known.published_at = post->published_at;
    known.has_numbers = post->has_numbers;
    if (!is_post(*post))
        known.expires_at = known.published_at + collectors::story_life;
    return known;
}

void PostBook::rate(model::Batch& rows) const
{
    auto rates = rates_;
    for (auto& sample : rows.samples)
        if (const auto* post = table_.find(sample.media_id); post != nullptr && is_post(*post)) {
            auto rate = post->rate;
            take_in(rates, rate, post->published_at, sample, post->counts_views);
            sample.rate = stored_form(rate);
        }
    for (auto& media : rows.media) {
        if (catalog::product_of(media.product_type) == catalog::story)
            continue;
        const auto* post = table_.find(media.id);
        auto rate = post != nullptr ? post->rate : scheduling::ChangeRate{};
        if (post == nullptr)
            rates.add(rate);
        take_in(rates, rate, media);
        media.rate = stored_form(rate);
    }
}

void PostBook::take_samples(const std::vector<model::MediaSample>& samples)
{
    for (const auto& sample : samples) {
        auto* post = table_.find(sample.media_id);
        if (post == nullptr)
            continue;
        post->has_numbers = has_numbers(sample);
        if (!is_post(*post))
            continue;
        take_in(rates_, post->rate, post->published_at, sample, post->counts_views);
        post->counts_views = post->counts_views || has_views(sample);
    }
}

void PostBook::take_list(const std::vector<model::Media>& media)
{
    for (const auto& row : media)
        if (auto* post = table_.find(row.id); post != nullptr && is_post(*post))
            take_in(rates_, post->rate, row);
}

std::optional<scheduling::Plan> PostBook::plan(const Post& post, model::Instant now) const
{
    const auto& tiers = settings_->schedule.media_insights;
    if (is_paced_by_change() || !post.rate.is_read())
        return scheduling::next_reading(post.rate, post.published_at, now, rates_, tiers, pacing());
    const auto read_at = std::min(end_of_reading(post), now);
    const auto due = scheduling::next_post_reading(tiers, post.published_at, read_at, key(post));
    if (!due)
        return std::nullopt;
    scheduling::Plan plan;
    plan.due = *due;
    plan.reason = scheduling::Reason::tier_floor;
    plan.changes_per_hour = scheduling::forecast(post.rate, post.published_at, now);
    return plan;
}

std::optional<model::Instant>
PostBook::due_after_reading(const Post& post, model::Instant now) const
{
    const auto& tiers = settings_->schedule.media_insights;
    if (!is_paced_by_change())
        return scheduling::next_post_reading(tiers, post.published_at, now, key(post));
    const auto plan = scheduling::next_reading(
        read_at(post.rate, now), post.published_at, now, rates_, tiers, pacing());
    return plan ? std::optional{std::max(plan->due, now + std::chrono::seconds{1})} : std::nullopt;
}

PostCount PostBook::count() const
{
    PostCount count;
    for (const auto& post : table_.posts())
        if (is_post(post)) {
            ++count.listed;
            count.read += post.rate.is_read();
        }
    return count;
}

/// The rate keeps whole seconds: the reading was within the one before.
model::Instant PostBook::end_of_reading(const Post& post)
{
    return model::Instant{std::chrono::seconds{post.rate.read_at} + std::chrono::seconds{1}};
}

bool PostBook::is_paced_by_change() const
{
    return settings_->schedule.polling == config::Polling::adaptive;
}

scheduling::Pacing PostBook::pacing() const
{
    scheduling::Pacing pacing;
    pacing.freshness = settings_->schedule.freshness;
    pacing.scarcity = scarcity_;
    return pacing;
}

/// Spreads posts over their tier's step, the same way at every start.
std::uint64_t PostBook::key(const Post& post) const
{
    return static_cast<std::uint64_t>(post.id) ^ static_cast<std::uint64_t>(settings_->user_id);
}

} // namespace insightd::daemon
