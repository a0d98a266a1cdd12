#include "collectors/live_media.hpp"

#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <array>

namespace insightd::collectors
{
namespace
{

constexpr std::array fields{
    Field{"id"},         Field{"media_type"},     Field{"media_product_type"},
    Field{"timestamp"},  Field{"permalink"},      Field{"current_live_viewer_count"},
    Field{"like_count"}, Field{"comments_count"},
};

std::optional<model::LiveReading> decode_broadcast(const json::value& node)
{
    const auto id = integer_in(node, "id");
    if (!id)
        return std::nullopt;
    model::LiveReading live;
    live.id = *id;
    live.started_at = instant_in(node, "timestamp");
    live.media_type = text_in(node, "media_type");
    live.product_type = text_in(node, "media_product_type");
    live.permalink = text_in(node, "permalink");
    live.viewers = integer_in(node, "current_live_viewer_count");
    live.like_count = integer_in(node, "like_count");
    live.comments_count = integer_in(node, "comments_count");
    return live;
}

} // namespace

void LiveWatch::learn(const std::vector<model::LivePoll>& stored)
{
    if (stored.empty())
        return;
    on_air_.clear();
    for (const auto& live : stored.back().broadcasts)
        on_air_.push_back(live.id);
}

boost::asio::awaitable<Collected> collect_live_media(
    graph::Client& api, const config::Account& account, bool is_on_air, RefusedFields& refused,
    model::Instant now)
{
    auto names = field_names(fields, account.login, refused);
    for (;;) {
        graph::Request request{
            std::to_string(account.user_id) + "/live_media", {{"fields", joined(names)}}};
        const auto reply = co_await api.get_once(std::move(request));
        if (!reply && drop_refused_field(names, reply.error(), refused))
            continue;
        if (!reply)
            co_return Collected{reply.error()};
        auto poll = decode_live_media(reply->body, now);
        if (!poll)
            co_return Collected{poll.error()};
        Collected collected;
        if (is_on_air || !poll->broadcasts.empty())
            collected.rows.live_polls.push_back(std::move(*poll));
        co_return collected;
    }
}

graph::Outcome<model::LivePoll>
decode_live_media(const boost::json::value& body, model::Instant now)
{
    const auto* data = array_in(body, "data");
    if (data == nullptr)
        return malformed("live media that are no list");
    model::LivePoll poll;
    poll.observed_at = now;
    for (const auto& node : *data)
        if (auto live = decode_broadcast(node))
            poll.broadcasts.push_back(std::move(*live));
    return poll;
}

} // namespace insightd::collectors
