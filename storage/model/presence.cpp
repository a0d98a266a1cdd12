#include "storage/model/presence.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::model
{
namespace
{

constexpr std::array states{
    std::pair{PresenceState::listed, std::string_view{"listed"}},
    std::pair{PresenceState::hidden, std::string_view{"hidden"}},
    std::pair{PresenceState::suspect, std::string_view{"suspect"}},
    std::pair{PresenceState::gone, std::string_view{"gone"}},
};

} // namespace

std::string_view to_string(PresenceState state)
{
    return std::ranges::find(states, state, &decltype(states)::value_type::first)->second;
}

std::optional<PresenceState> presence_named(std::string_view name)
{
    const auto found = std::ranges::find(states, name, &decltype(states)::value_type::second);
    return found == states.end() ? std::nullopt : std::optional{found->first};
}

} // namespace insightd::model
