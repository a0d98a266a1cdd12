#include "collectors/media.hpp"

#include "collectors/canonical_url.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/paging.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <set>

namespace insightd::collectors
{
namespace
{

/// Every field that needs no permission of its own and is valid for every row. A field that is not
/// valid for one row fails the whole page, so copyright_check_information and the like stay out.
constexpr std::array fields{
    Field{"id"},
    Field{"caption"},
    Field{"media_type"},
    Field{"media_product_type"},
    Field{"media_url"},
    Field{"permalink"},
    Field{"shortcode"},
    Field{"thumbnail_url"},
    Field{"timestamp"},
    Field{"username"},
    Field{"owner"},
    Field{"like_count"},
    Field{"comments_count"},
    Field{"is_comment_enabled"},
    Field{"is_shared_to_feed"},
    Field{"alt_text"},
    Field{"children{id,media_type,media_url,permalink,shortcode,thumbnail_url,timestamp}"},
    Field{"ig_id", FieldHost::facebook},
    Field{"legacy_instagram_media_id", FieldHost::facebook},
    Field{"has_poll", FieldHost::facebook},
    Field{"has_slider", FieldHost::facebook},
    Field{"video_title", FieldHost::facebook},
    Field{"media_audio_type", FieldHost::facebook},
    Field{"saved_count", FieldHost::facebook},
    Field{"shares_count", FieldHost::facebook},
    Field{"reposts_count", FieldHost::facebook},
    Field{"total_like_count", FieldHost::facebook},
    Field{"total_comments_count", FieldHost::facebook},
    Field{"total_views_count", FieldHost::facebook},
};

constexpr std::array<std::string_view, 6> other_names{"ig_id",       "legacy_instagram_media_id",
                                                      "has_poll",    "has_slider",
                                                      "video_title", "media_audio_type"};

constexpr std::array<std::string_view, 6> counter_names{
    "saved_count",      "shares_count",         "reposts_count",
    "total_like_count", "total_comments_count", "total_views_count"};

std::optional<std::string> picture_in(const json::value& node, std::string_view name)
{
    auto url = text_in(node, name);
    return url ? std::optional{canonical_url(*url)} : std::nullopt;
}

std::optional<std::string> owner_of(const json::value& node)
{
    const auto* owner = member(node, "owner");
    const auto id = owner != nullptr ? integer_in(*owner, "id") : std::nullopt;
    return id ? std::optional{std::to_string(*id)} : std::nullopt;
}

std::string product_type_of(const json::value& node, MediaList list)
{
    if (const auto given = text_in(node, "media_product_type"))
        return *given;
    if (list == MediaList::stories)
        return "STORY";
    const auto permalink = text_in(node, "permalink").value_or("");
    const bool is_reel =
        text_in(node, "media_type") == "VIDEO" && permalink.find("/reel/") != std::string::npos;
    return is_reel ? "REELS" : "FEED";
}

std::optional<model::MediaChild> decode_child(const json::value& node)
{
    const auto id = integer_in(node, "id");
    if (!id)
        return std::nullopt;
    model::MediaChild child;
    child.id = *id;
    child.media_type = text_in(node, "media_type");
    child.permalink = text_in(node, "permalink");
    child.shortcode = text_in(node, "shortcode");
    child.media_url = picture_in(node, "media_url");
    child.thumbnail_url = picture_in(node, "thumbnail_url");
    child.alt_text = text_in(node, "alt_text");
    child.published_at = instant_in(node, "timestamp");
    return child;
}

/// The album's children in their order; one that is listed twice is kept once.
std::vector<model::MediaChild> children_of(const json::value& node)
{
    std::vector<model::MediaChild> children;
    const auto* edge = member(node, "children");
    const auto* data = edge != nullptr ? array_in(*edge, "data") : nullptr;
    if (data == nullptr)
        return children;
    std::set<model::MediaId> seen;
    for (const auto& source : *data)
        if (auto child = decode_child(source); child && seen.insert(child->id).second)
            children.push_back(std::move(*child));
    return children;
}

std::vector<model::Reading> other_counters(const json::value& node)
{
    std::vector<model::Reading> counters;
    for (const auto name : counter_names)
        if (const auto count = integer_in(node, name))
            counters.push_back({std::string{name}, model::Number{*count}});
    return counters;
}

/// The rows of one list. Reported after them is what cut the list short, else the first row that
/// cannot be read.
Collected decode_list(const graph::Listed& listed, MediaList list, model::Instant now)
{
    Collected collected;
    collected.failure = listed.failure;
    for (const auto& node : listed.rows) {
        auto media = decode_media(node, list, now);
        if (media)
            collected.rows.media.push_back(std::move(*media));
        else if (!collected.failure)
            collected.failure = media.error();
    }
    return collected;
}

boost::asio::awaitable<graph::Listed>
rows_of(graph::Client& api, graph::Request request, ListDepth depth)
{
    if (depth == ListDepth::whole)
        co_return co_await graph::all_pages(api, std::move(request));
    co_return co_await graph::first_page(api, std::move(request));
}

boost::asio::awaitable<Collected> collect_list(
    graph::Client& api, std::string path, MediaList list, ListDepth depth, RefusedFields& refused,
    model::Instant now)
{
    auto names = field_names(fields, api.login(), refused);
    for (;;) {
        graph::Request request{path, {{"fields", joined(names)}}};
        const auto listed = co_await rows_of(api, std::move(request), depth);
        // A field may be refused for a row of a later page: the list begins anew without it.
        if (!listed.failure || !drop_refused_field(names, *listed.failure, refused))
            co_return decode_list(listed, list, now);
    }
}

} // namespace

boost::asio::awaitable<Collected> collect_media(
    graph::Client& api, const config::Account& account, ListDepth depth, RefusedFields& refused,
    model::Instant now)
{
    auto path = std::to_string(account.user_id) + "/media";
    co_return co_await collect_list(api, std::move(path), MediaList::media, depth, refused, now);
}

boost::asio::awaitable<Collected> collect_story_list(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now)
{
    auto path = std::to_string(account.user_id) + "/stories";
    co_return co_await collect_list(
        api, std::move(path), MediaList::stories, ListDepth::whole, refused, now);
}

graph::Outcome<model::Media>
decode_media(const boost::json::value& node, MediaList list, model::Instant now)
{
    const auto id = integer_in(node, "id");
    const auto published_at = instant_in(node, "timestamp");
    if (!id || !published_at)
        return malformed("a media object without `id` or `timestamp`");

    model::Media media;
    media.id = *id;
    media.product_type = product_type_of(node, list);
    media.media_type = text_in(node, "media_type").value_or("");
    media.published_at = *published_at;
    if (media.product_type == "STORY")
        media.expires_at = *published_at + story_life;
    media.observed_at = now;
    media.caption = text_in(node, "caption");
    media.permalink = text_in(node, "permalink");
    media.shortcode = text_in(node, "shortcode");
    media.media_url = picture_in(node, "media_url");
    media.thumbnail_url = picture_in(node, "thumbnail_url");
    media.alt_text = text_in(node, "alt_text");
    media.username = text_in(node, "username");
    media.owner_id = owner_of(node);
    media.is_comment_enabled = flag_in(node, "is_comment_enabled");
    media.is_shared_to_feed = flag_in(node, "is_shared_to_feed");
    media.like_count = integer_in(node, "like_count");
    media.comments_count = integer_in(node, "comments_count");
    media.other = other_facts(node, other_names);
    media.other_counters = other_counters(node);
    media.children = children_of(node);
    return media;
}

} // namespace insightd::collectors
