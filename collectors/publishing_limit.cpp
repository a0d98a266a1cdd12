#include "collectors/publishing_limit.hpp"

#include "collectors/graph/node.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <array>

namespace insightd::collectors
{
namespace
{

/// The page's example names `rate_limit_settings`, which no specification knows, and its answer
/// shows `config`.
constexpr std::array fields{Field{"quota_usage"}, Field{"config"}};

bool is_empty_list(const json::value& body)
{
    const auto* data = array_in(body, "data");
    return data != nullptr && data->empty();
}

} // namespace

boost::asio::awaitable<Collected> collect_publishing_limit(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now)
{
    auto names = field_names(fields, account.login, refused);
    for (;;) {
        graph::Request request{
            std::to_string(account.user_id) + "/content_publishing_limit",
            {{"fields", joined(names)}}};
        const auto reply = co_await api.get_once(std::move(request));
        if (!reply && names.size() > 1 && drop_refused_field(names, reply.error(), refused))
            continue;
        if (!reply)
            co_return Collected{reply.error()};
        auto limit = decode_publishing_limit(reply->body, now);
        if (!limit)
            co_return Collected{limit.error()};
        Collected collected;
        collected.rows.publishing_limits.push_back(*limit);
        co_return collected;
    }
}

graph::Outcome<model::PublishingLimit>
decode_publishing_limit(const boost::json::value& body, model::Instant now)
{
    model::PublishingLimit limit;
    limit.observed_at = now;
    if (is_empty_list(body))
        return limit;
    const auto* object = graph::node_of(body);
    if (object == nullptr)
        return malformed("a publishing limit that is no object");
    const json::value node = *object;
    limit.quota_usage = integer_in(node, "quota_usage");
    if (const auto* config = member(node, "config")) {
        limit.quota_total = integer_in(*config, "quota_total");
        if (const auto seconds = integer_in(*config, "quota_duration"))
            limit.quota_duration = std::chrono::seconds{*seconds};
    }
    return limit;
}

} // namespace insightd::collectors
