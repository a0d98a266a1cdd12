#include "collectors/graph/permit.hpp"

namespace insightd::graph
{

Failure held_back(const Refusal& refusal)
{
    Failure failure;
    failure.kind = FailureClass::held_back;
    failure.message = refusal.why;
    failure.regain_after = refusal.wait;
    return failure;
}

} // namespace insightd::graph
