#pragma once

#include "collectors/authors.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/failure.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

/// A media object of somebody else, as far as it is public: pure.
/// Source: Meta's public specification IGMedia; the pages "Tags" and "Mentioned Media".
namespace insightd::collectors
{

struct PublicMedia {
    model::MediaId id{};
    std::optional<model::Instant> published_at;
    std::string media_type, product_type;                   ///< empty where the API sent none
    std::optional<std::int64_t> like_count, comments_count; ///< likes: nothing where hidden
    ToldAuthor author;
    std::optional<std::string> caption, permalink;
};

/// Without an id it cannot be a row: malformed. Counts come as numbers or decimal text.
graph::Outcome<PublicMedia> decode_public_media(const boost::json::value& node);

/// Fields of `all` that the host has and did not refuse. In metadata mode nobody is asked for words
/// and for what leads to them.
std::vector<std::string> public_fields(
    std::span<const Field> all, config::Login login, const config::PublicEdge& settings,
    const RefusedFields& refused);

} // namespace insightd::collectors
