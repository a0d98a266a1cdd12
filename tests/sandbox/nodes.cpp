#include "tests/sandbox/edges.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/identity.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>

// Users, media and lists: fields and pages.
namespace insightd::sandbox
{
namespace
{

using std::chrono::seconds;

enum class On { both, instagram, facebook };

bool serves(On on, Host host)
{
    return on == On::both || (on == On::instagram) == (host == Host::instagram);
}

// ---- users ----------------------------------------------------------------------------------

struct UserField {
    std::string_view name;
    On on = On::both;
    std::function<json::value(const Call&)> value;
};

const AccountSpec& spec(const Call& call)
{
    return call.world.accounts()[call.account];
}

/// The app's own id of the user on the Instagram host, the professional id on the other.
json::value id_of_user(const Call& call)
{
    const auto id =
        call.request.host == Host::instagram ? app_scoped_id(spec(call)) : spec(call).user_id;
    return json::value(std::to_string(id));
}

const std::vector<UserField>& user_table()
{
    static const std::vector<UserField> table{
        {"id", On::both, id_of_user},
        {"user_id", On::instagram,
         [](const Call& call) { return json::value(std::to_string(spec(call).user_id)); }},
        {"username", On::both, [](const Call& call) { return json::value(spec(call).username); }},
        {"name", On::both,
         [](const Call& call) { return json::value("The " + spec(call).username); }},
        {"biography", On::both, [](const Call&) { return json::value("Made by the sandbox"); }},
        {"website", On::both, [](const Call&) { return json::value("https://example.org/"); }},
        {"profile_picture_url", On::both,
         [](const Call& call) {
             return json::value(fmt::format(
                 "https://scontent-a.cdninstagram.com/v/p{}.jpg?oh={}", spec(call).user_id,
                 call.now.time_since_epoch().count()));
         }},
        {"followers_count", On::both,
         [](const Call& call) {
             return json::value(call.world.followers(call.account, call.now));
         }},
        {"follows_count", On::both,
         [](const Call& call) { return json::value(call.world.follows(call.account)); }},
        {"media_count", On::both,
         [](const Call& call) {
             return json::value(call.world.media_count(call.account, call.now));
         }},
        {"account_type", On::instagram, [](const Call&) { return json::value("BUSINESS"); }},
        {"has_profile_pic", On::facebook, [](const Call&) { return json::value(true); }},
        {"is_published", On::facebook, [](const Call&) { return json::value(true); }},
        {"legacy_instagram_user_id", On::facebook,
         [](const Call&) { return json::value("4100000001"); }},
    };
    return table;
}

// ---- media ----------------------------------------------------------------------------------

struct MediaField {
    std::string_view name;
    On on = On::both;
    std::function<json::value(const Call&, const Media&)> value; ///< null: the key is left out
};

json::value count(const Call& call, const Media& media, std::string_view metric)
{
    return std::get<std::int64_t>(call.world.media_metric(media, metric, call.now));
}

/// Replies are counted, hidden ones as well.
json::value comments_count(const Call& call, const Media& media)
{
    if (!call.world.has_crowd())
        return count(call, media, "comments");
    const auto& remarks = call.world.crowd().remarks;
    const auto found = remarks.find(media.id);
    return found == remarks.end() ? json::value(0)
                                  : json::value(count_remarks(found->second, call.now));
}

json::value permalink(const Call&, const Media& media)
{
    const auto* kind = media.kind == Kind::reel ? "reel" : "p";
    return json::value(fmt::format("https://www.instagram.com/{}/S{:x}/", kind, media.id));
}

/// Signed: the same picture has another address at every answer.
json::value picture(const Call& call, const Media& media)
{
    return json::value(fmt::format(
        "https://scontent-{}.cdninstagram.com/v/m{}.jpg?oh={}",
        call.now.time_since_epoch().count() % 7, media.id, call.now.time_since_epoch().count()));
}

json::value children_of(const Call& call, const Media& media)
{
    if (media.kind != Kind::album)
        return nullptr;
    json::array rows;
    for (const auto id : call.world.children(media))
        rows.push_back(json::object{
            {"id", std::to_string(id)},
            {"media_type", "IMAGE"},
            {"media_url", fmt::format("https://scontent-c.cdninstagram.com/v/c{}.jpg?oh=1", id)},
            {"permalink", fmt::format("https://www.instagram.com/p/C{:x}/", id)},
            {"shortcode", fmt::format("C{:x}", id)},
            {"timestamp", timestamp(media.published_at)}});
    return json::object{{"data", std::move(rows)}};
}

const std::vector<MediaField>& media_table()
{
    static const std::vector<MediaField> table{
        {"id", On::both,
         [](const Call&, const Media& m) { return json::value(std::to_string(m.id)); }},
        {"caption", On::both,
         [](const Call&, const Media& m) {
             return m.number % 7 == 6 ? json::value(nullptr)
                                      : json::value(fmt::format("Post no. {} ✨", m.number));
         }},
        {"media_type", On::both,
         [](const Call&, const Media& m) { return json::value(m.media_type()); }},
        {"media_product_type", On::both,
         [](const Call&, const Media& m) { return json::value(m.product_type()); }},
        {"media_url", On::both, picture},
        {"permalink", On::both, permalink},
        {"shortcode", On::both,
         [](const Call&, const Media& m) { return json::value(fmt::format("S{:x}", m.id)); }},
        {"thumbnail_url", On::both,
         [](const Call& call, const Media& m) {
             return m.media_type() == "VIDEO" ? picture(call, m) : json::value(nullptr);
         }},
        {"timestamp", On::both,
         [](const Call&, const Media& m) { return json::value(timestamp(m.published_at)); }},
        {"username", On::both,
         [](const Call& call, const Media& m) {
             return json::value(call.world.owner(m).username);
         }},
        {"owner", On::both,
         [](const Call& call, const Media& m) {
             return json::value(json::object{{"id", std::to_string(call.world.owner(m).user_id)}});
         }},
        {"like_count", On::both,
         [](const Call& call, const Media& m) { return count(call, m, "likes"); }},
        {"comments_count", On::both, comments_count},
        {"is_comment_enabled", On::both,
         [](const Call&, const Media&) { return json::value(true); }},
        {"is_shared_to_feed", On::both,
         [](const Call&, const Media& m) {
             return m.kind == Kind::reel ? json::value(true) : json::value(nullptr);
         }},
        {"alt_text", On::both,
         [](const Call&, const Media& m) {
             return m.number % 3 == 0 ? json::value("A picture") : json::value(nullptr);
         }},
        {"children", On::both, children_of},
        {"ig_id", On::facebook,
         [](const Call&, const Media& m) { return json::value(std::to_string(m.id * 3)); }},
        {"legacy_instagram_media_id", On::facebook,
         [](const Call&, const Media& m) {
             return json::value(std::to_string(m.id * 5 % 1'000'000));
         }},
        {"has_poll", On::facebook, [](const Call&, const Media&) { return json::value(false); }},
        {"has_slider", On::facebook, [](const Call&, const Media&) { return json::value(false); }},
        {"video_title", On::facebook,
         [](const Call&, const Media&) { return json::value(nullptr); }},
        {"media_audio_type", On::facebook,
         [](const Call&, const Media&) { return json::value(nullptr); }},
        {"saved_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "saved"); }},
        {"shares_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "shares"); }},
        {"reposts_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "reposts"); }},
        {"total_like_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "total_likes"); }},
        {"total_comments_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "total_comments"); }},
        {"total_views_count", On::facebook,
         [](const Call& call, const Media& m) { return count(call, m, "total_views"); }},
    };
    return table;
}

// ---- pages ----------------------------------------------------------------------------------

/// Opaque to the caller: the id after which the page begins.
std::string cursor_of(const Media& media)
{
    return fmt::format("QVFI{:x}ZD", media.id ^ 0x5a5a5a);
}

std::size_t page_start(const std::vector<Media>& all, const std::string& after)
{
    if (after.empty())
        return 0;
    const auto found = std::ranges::find(all, after, cursor_of);
    return found == all.end() ? all.size() : static_cast<std::size_t>(found - all.begin()) + 1;
}

json::object paging_of(const Call& call, const Media& first, const Media& last, bool more)
{
    json::object paging{
        {"cursors", json::object{{"before", cursor_of(first)}, {"after", cursor_of(last)}}}};
    if (more)
        paging["next"] = fmt::format(
            "https://graph.example{}?access_token={}&after={}", call.request.path,
            call.request.param("access_token"), cursor_of(last));
    return paging;
}

Response page(const Call& call, const std::vector<Media>& all)
{
    const auto limit = limit_of(call.request);
    if (!limit)
        return refusal(call.request.host, 100, std::nullopt, "(#100) Param limit must be a number");
    if (*limit > call.faults.most_rows)
        return refusal(
            call.request.host, 1, std::nullopt,
            "Please reduce the amount of data you're asking for, then retry your request", 500);
    const auto start = call.faults.cursor_loop ? 0 : page_start(all, call.request.param("after"));
    const auto end = std::min(all.size(), start + *limit);
    const auto fields = fields_of(call.request);
    json::array rows;
    for (auto at = start; at < end; ++at) {
        auto outcome = media_fields(call, all[at], fields);
        if (outcome.refused)
            return *outcome.refused;
        rows.push_back(std::move(outcome.node));
    }
    json::object body{{"data", std::move(rows)}};
    if (start < end)
        body["paging"] =
            paging_of(call, all[start], all[end - 1], end < all.size() || call.faults.cursor_loop);
    return answer_of(body);
}

} // namespace

Response user_node(const Call& call)
{
    const auto fields = fields_of(call.request);
    if (auto refused = duplicate_field(call.request.host, fields))
        return *refused;
    json::object node;
    for (const auto& name : fields) {
        if (name.starts_with("business_discovery")) {
            auto other = discovery(call, name);
            if (other.refused)
                return *other.refused;
            if (!other.node.empty())
                node["business_discovery"] = std::move(other.node);
            continue;
        }
        if (call.request.host == Host::facebook)
            if (auto found = mentioned(call, name)) {
                if (found->refused)
                    return *found->refused;
                for (auto& [key, value] : found->node)
                    node[key] = std::move(value);
                continue;
            }
        const auto field = std::ranges::find(user_table(), name, &UserField::name);
        if (field == user_table().end() || !serves(field->on, call.request.host))
            return nonexisting_field(call.request.host, name);
        node[name] = field->value(call);
    }
    if (!node.contains("id"))
        node["id"] = id_of_user(call);
    return answer_of(node);
}

NodeOutcome
media_fields(const Call& call, const Media& media, const std::vector<std::string>& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(call.request.host, fields);
    for (const auto& asked : fields) {
        const auto name = plain_name(asked);
        const auto field = std::ranges::find(media_table(), name, &MediaField::name);
        if (field == media_table().end() || !serves(field->on, call.request.host)) {
            outcome.refused = nonexisting_field(call.request.host, name);
            return outcome;
        }
        auto value = field->value(call, media);
        if (!value.is_null())
            outcome.node[name] = std::move(value);
    }
    outcome.node["id"] = std::to_string(media.id);
    return outcome;
}

Response media_node(const Call& call, const Media& media)
{
    auto outcome = media_fields(call, media, fields_of(call.request));
    return outcome.refused ? *outcome.refused : answer_of(outcome.node);
}

Response media_list(const Call& call)
{
    return page(call, call.world.posts(call.account, call.now));
}

Response story_list(const Call& call)
{
    return page(call, call.world.stories(call.account, call.now));
}

Response media_children(const Call& call, const Media& media)
{
    const auto children = children_of(call, media);
    if (children.is_null())
        return answer_of(json::object{{"data", json::array{}}});
    return answer_of(children);
}

} // namespace insightd::sandbox
