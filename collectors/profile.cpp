#include "collectors/profile.hpp"

#include "collectors/canonical_url.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/node.hpp"
#include "collectors/json_access.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::collectors
{
namespace
{

constexpr std::array fields{
    Field{"id"},
    Field{"user_id", FieldHost::instagram},
    Field{"username"},
    Field{"name"},
    Field{"biography"},
    Field{"website"},
    Field{"profile_picture_url"},
    Field{"followers_count"},
    Field{"follows_count"},
    Field{"media_count"},
    Field{"account_type", FieldHost::instagram},
    Field{"has_profile_pic", FieldHost::facebook},
    Field{"is_published", FieldHost::facebook},
    Field{"legacy_instagram_user_id", FieldHost::facebook},
};

constexpr std::array<std::string_view, 3> without_column{
    "has_profile_pic", "is_published", "legacy_instagram_user_id"};

std::string node_path(const config::Account& account)
{
    return account.login == config::Login::instagram ? "me" : std::to_string(account.user_id);
}

/// The professional id that the answer speaks of. The Instagram host's `id` is another number,
/// valid for one app only. Source: graph-api.md section 3.1.
std::optional<std::int64_t> professional_id(const json::value& node, config::Login login)
{
    return integer_in(node, login == config::Login::instagram ? "user_id" : "id");
}

graph::Failure wrong_account(const config::Account& account, std::int64_t answered)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::misconfigured;
    failure.message = fmt::format(
        "the token belongs to user_id {}, the configuration says {}: correct user_id, or give the "
        "account its own token",
        answered, account.user_id);
    return failure;
}

std::optional<std::string> picture_in(const json::value& node, std::string_view name)
{
    auto url = text_in(node, name);
    return url ? std::optional{canonical_url(*url)} : std::nullopt;
}

} // namespace

boost::asio::awaitable<Collected> collect_profile(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now)
{
    auto names = field_names(fields, account.login, refused);
    for (;;) {
        graph::Request request{node_path(account), {{"fields", joined(names)}}};
        const auto reply = co_await api.get(std::move(request));
        if (!reply && drop_refused_field(names, reply.error(), refused))
            continue;
        if (!reply)
            co_return Collected{reply.error()};
        auto profile = decode_profile(reply->body, account, now);
        if (!profile)
            co_return Collected{profile.error()};
        Collected collected;
        collected.rows.profiles.push_back(std::move(*profile));
        co_return collected;
    }
}

graph::Outcome<model::Profile>
decode_profile(const boost::json::value& body, const config::Account& account, model::Instant now)
{
    const auto* object = graph::node_of(body);
    if (object == nullptr)
        return malformed("a user answer that is no object");
    const json::value node = *object;
    const auto id = professional_id(node, account.login);
    if (id && *id != account.user_id)
        return wrong_account(account, *id);

    model::Profile profile;
    profile.observed_at = now;
    profile.username = text_in(node, "username");
    profile.name = text_in(node, "name");
    profile.biography = text_in(node, "biography");
    profile.website = text_in(node, "website");
    profile.profile_picture_url = picture_in(node, "profile_picture_url");
    profile.account_type = text_in(node, "account_type");
    profile.followers_count = integer_in(node, "followers_count");
    profile.follows_count = integer_in(node, "follows_count");
    profile.media_count = integer_in(node, "media_count");
    profile.other = other_facts(node, without_column);
    return profile;
}

} // namespace insightd::collectors
