#include "storage/model/lesson.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::model
{
namespace
{

constexpr std::array names{
    std::pair{LessonState::suspect, std::string_view{"suspect"}},
    std::pair{LessonState::refused, std::string_view{"refused"}},
    std::pair{LessonState::answered_again, std::string_view{"answered_again"}},
    std::pair{LessonState::answered, std::string_view{"answered"}},
};

} // namespace

std::string_view to_string(LessonState state)
{
    return std::ranges::find(names, state, &decltype(names)::value_type::first)->second;
}

std::optional<LessonState> lesson_state_named(std::string_view name)
{
    const auto found = std::ranges::find(names, name, &decltype(names)::value_type::second);
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

} // namespace insightd::model
