#include "storage/model/absence.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::model
{
namespace
{

constexpr std::array names{
    std::pair{Absence::empty, std::string_view{"empty"}},
    std::pair{Absence::too_few_viewers, std::string_view{"too_few_viewers"}},
    std::pair{Absence::unsupported, std::string_view{"unsupported"}},
    std::pair{Absence::before_conversion, std::string_view{"before_conversion"}},
    std::pair{Absence::under_100_followers, std::string_view{"under_100_followers"}},
    std::pair{Absence::no_permission, std::string_view{"no_permission"}},
    std::pair{Absence::expired, std::string_view{"expired"}},
    std::pair{Absence::suspect, std::string_view{"suspect"}},
    std::pair{Absence::gone, std::string_view{"gone"}},
    std::pair{Absence::call_failed, std::string_view{"call_failed"}},
    std::pair{Absence::not_crossposted, std::string_view{"not_crossposted"}},
};

} // namespace

std::string_view to_string(Absence reason)
{
    return std::ranges::find(names, reason, &decltype(names)::value_type::first)->second;
}

std::optional<Absence> absence_named(std::string_view name)
{
    const auto found = std::ranges::find(names, name, &decltype(names)::value_type::second);
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

} // namespace insightd::model
