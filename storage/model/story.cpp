#include "storage/model/story.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::model
{
namespace
{

constexpr std::array states{
    std::pair{StoryState::open, std::string_view{"open"}},
    std::pair{StoryState::final, std::string_view{"final"}},
    std::pair{StoryState::webhook, std::string_view{"webhook"}},
    std::pair{StoryState::missed, std::string_view{"missed"}},
};

constexpr std::array provenances{
    std::pair{Provenance::poll, std::string_view{"poll"}},
    std::pair{Provenance::webhook, std::string_view{"webhook"}},
    std::pair{Provenance::highlight, std::string_view{"highlight"}},
};

template <class Names, class Value> std::string_view name_of(const Names& names, Value value)
{
    return std::ranges::find(names, value, &Names::value_type::first)->second;
}

template <class Names> auto value_named(const Names& names, std::string_view name)
{
    const auto found = std::ranges::find(names, name, &Names::value_type::second);
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

} // namespace

std::string_view to_string(StoryState state)
{
    return name_of(states, state);
}

std::string_view to_string(Provenance provenance)
{
    return name_of(provenances, provenance);
}

std::optional<StoryState> story_state_named(std::string_view name)
{
    return value_named(states, name);
}

std::optional<Provenance> provenance_named(std::string_view name)
{
    return value_named(provenances, name);
}

} // namespace insightd::model
