#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace insightd::model
{

/// A post of somebody else, as everybody may see it. Lifetime totals.
struct CompetitorPost {
    MediaId id{};
    std::optional<Instant> published_at;
    std::optional<std::string> media_type, product_type, permalink;
    std::optional<std::int64_t> like_count; ///< nothing: its owner hides them
    std::optional<std::int64_t> comments_count;
    std::optional<std::int64_t> view_count; ///< of videos, where the platform tells

    bool operator==(const CompetitorPost&) const = default;
};

/// One reading of a competitor, with its newest posts; or that the platform tells nothing.
struct Competitor {
    std::string username; ///< as the configuration has it, lower case
    Instant observed_at;
    std::string refusal; ///< why nothing is told; empty: it is
    std::optional<std::int64_t> id;
    std::optional<std::string> name;
    std::optional<std::int64_t> followers_count, follows_count, media_count;
    std::vector<CompetitorPost> posts;

    bool operator==(const Competitor&) const = default;
};

/// What the store knows of one that was refused when it was asked for last.
struct RefusedCompetitor {
    std::string username;
    Instant refused_at;

    bool operator==(const RefusedCompetitor&) const = default;
};

} // namespace insightd::model
