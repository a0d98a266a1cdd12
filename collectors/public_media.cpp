#include "collectors/public_media.hpp"

#include "collectors/collected.hpp"
#include "collectors/json_access.hpp"

#include <algorithm>
#include <array>

namespace insightd::collectors
{
namespace
{

constexpr std::array<std::string_view, 3> words{"caption", "permalink", "text"};

} // namespace

graph::Outcome<PublicMedia> decode_public_media(const boost::json::value& node)
{
    const auto id = integer_in(node, "id");
    if (!id || *id <= 0)
        return malformed("a media object without `id`");
    PublicMedia media;
    media.id = *id;
    media.published_at = instant_in(node, "timestamp");
    media.media_type = text_in(node, "media_type").value_or("");
    media.product_type = text_in(node, "media_product_type").value_or("");
    media.like_count = integer_in(node, "like_count");
    media.comments_count = integer_in(node, "comments_count");
    media.author = author_in(node);
    media.caption = text_in(node, "caption");
    media.permalink = text_in(node, "permalink");
    return media;
}

std::vector<std::string> public_fields(
    std::span<const Field> all, config::Login login, const config::PublicEdge& settings,
    const RefusedFields& refused)
{
    auto names = field_names(all, login, refused);
    if (settings.mode != config::ConversationMode::text)
        std::erase_if(names, [](const std::string& name) {
            return std::ranges::find(words, name) != words.end();
        });
    return names;
}

} // namespace insightd::collectors
