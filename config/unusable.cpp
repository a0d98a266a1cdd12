#include "config/unusable.hpp"

#include <algorithm>
#include <array>

namespace insightd::config
{

bool passes_by_itself(const std::error_code& error)
{
    static constexpr std::array causes{
        std::errc::too_many_files_open, std::errc::too_many_files_open_in_system,
        std::errc::not_enough_memory, std::errc::interrupted};
    return std::ranges::any_of(causes, [&](std::errc cause) { return error == cause; });
}

} // namespace insightd::config
