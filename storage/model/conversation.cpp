#include "storage/model/conversation.hpp"

#include <algorithm>

namespace insightd::model
{

std::string_view to_string(Direction direction)
{
    return direction == Direction::in ? "in" : "out";
}

std::size_t Conversation::lost() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        messages, [](const Message& message) { return !message.lost.empty(); }));
}

} // namespace insightd::model
