#include "collectors/walk_failures.hpp"

#include <algorithm>
#include <array>

namespace insightd::collectors
{

using graph::FailureClass;

bool is_of_account(FailureClass kind)
{
    static constexpr std::array all{FailureClass::app_throttled, FailureClass::account_throttled,
                                    FailureClass::needs_login,   FailureClass::no_permission,
                                    FailureClass::blocked,       FailureClass::held_back,
                                    FailureClass::misconfigured};
    return std::ranges::find(all, kind) != all.end();
}

bool may_pass(FailureClass kind)
{
    return kind == FailureClass::transient || kind == FailureClass::unreachable ||
           kind == FailureClass::unknown_error;
}

} // namespace insightd::collectors
