#include "collectors/graph/dead_token.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::graph
{
namespace
{

constexpr std::array reasons{
    std::pair{458, std::string_view{"the app was removed from the account"}},
    std::pair{459, std::string_view{"the platform wants the person to pass a checkpoint first"}},
    std::pair{460, std::string_view{"the password was changed"}},
    std::pair{463, std::string_view{"the token expired"}},
    std::pair{464, std::string_view{"the user is not confirmed"}},
    std::pair{467, std::string_view{"the token was made invalid"}},
    std::pair{492, std::string_view{"the person has no role on the Page any more"}},
};

} // namespace

std::string_view reason_of_death(const Failure& failure)
{
    const auto found =
        std::ranges::find(reasons, failure.subcode, &std::pair<int, std::string_view>::first);
    return found != reasons.end() ? found->second : "the platform does not take the token";
}

} // namespace insightd::graph
