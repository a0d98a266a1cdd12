#pragma once

#include "storage/model/public.hpp"
#include "storage/model/story_push.hpp"
#include "storage/model/time.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// What the platform pushes: pure.
/// Source: graph-api.md section 7.
namespace insightd::collectors
{

/// What one delivery tells.
struct Delivery {
    std::vector<model::StoryPush> pushes;
    std::vector<model::Mention> mentions;
    std::size_t passed_over = 0; ///< changes of fields that are not kept, or without what they need
};

/// Reads the body of a delivery, an object or several in an array. Ids are numbers or strings,
/// times seconds or milliseconds; names that the platform used before stand for today's; -1 is
/// model::Absence::too_few_viewers. Mentions are the ids of a media object and, if it is one, of a
/// comment. Nothing if the body is no delivery at all.
std::optional<Delivery> delivery_of(std::string_view body, model::Instant received_at);

} // namespace insightd::collectors
