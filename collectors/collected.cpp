#include "collectors/collected.hpp"

#include <algorithm>
#include <array>

namespace insightd::collectors
{

namespace
{

/// What a refusal says of the values asked for.
struct Meaning {
    graph::FailureClass refusal{};
    model::Absence absence{};
    bool of_media_only = false;
};

using graph::FailureClass;
using model::Absence;

constexpr std::array meanings{
    Meaning{FailureClass::too_few_viewers, Absence::too_few_viewers},
    Meaning{FailureClass::before_conversion, Absence::before_conversion},
    Meaning{FailureClass::not_crossposted, Absence::not_crossposted},
    Meaning{FailureClass::object_gone, Absence::gone, true},
    Meaning{FailureClass::bad_metric, Absence::unsupported},
    Meaning{FailureClass::bad_breakdown, Absence::unsupported},
};

} // namespace

std::optional<model::Absence> absence_of(const graph::Failure& failure, catalog::Subject subject)
{
    const auto found = std::ranges::find(meanings, failure.kind, &Meaning::refusal);
    if (found == meanings.end() || (found->of_media_only && subject != catalog::Subject::media))
        return std::nullopt;
    return found->absence;
}

graph::Failure malformed(std::string what)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::malformed;
    failure.message = std::move(what);
    return failure;
}

} // namespace insightd::collectors
