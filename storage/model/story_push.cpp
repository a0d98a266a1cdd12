#include "storage/model/story_push.hpp"

#include <algorithm>

namespace insightd::model
{

bool StoryPush::has_numbers() const
{
    const auto is_number = [](const Reading& reading) {
        return std::holds_alternative<Number>(reading.value);
    };
    return !readings.breakdowns.empty() || std::ranges::any_of(readings.values, is_number);
}

} // namespace insightd::model
