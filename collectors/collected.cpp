#include "collectors/collected.hpp"

#include <algorithm>
#include <array>

namespace insightd::collectors
{

std::optional<model::Absence> absence_of(const graph::Failure& failure)
{
    using graph::FailureClass;
    using model::Absence;
    static constexpr std::array meanings{
        std::pair{FailureClass::too_few_viewers, Absence::too_few_viewers},
        std::pair{FailureClass::before_conversion, Absence::before_conversion},
        std::pair{FailureClass::not_crossposted, Absence::not_crossposted},
        std::pair{FailureClass::object_gone, Absence::gone},
        std::pair{FailureClass::bad_metric, Absence::unsupported},
        std::pair{FailureClass::bad_breakdown, Absence::unsupported},
    };
    const auto found =
        std::ranges::find(meanings, failure.kind, &std::pair<FailureClass, Absence>::first);
    return found == meanings.end() ? std::nullopt : std::optional{found->second};
}

graph::Failure malformed(std::string what)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::malformed;
    failure.message = std::move(what);
    return failure;
}

} // namespace insightd::collectors
