#include "daemon/exit_code.hpp"

#include <algorithm>
#include <array>

namespace insightd::daemon
{

std::span<const ExitMeaning> exit_meanings()
{
    static constexpr std::array meanings{
        ExitMeaning{ExitCode::ok, "done"},
        ExitMeaning{ExitCode::usage, "the command line"},
        ExitMeaning{ExitCode::unavailable, "database or Graph host away"},
        ExitMeaning{ExitCode::software, "a mistake of insightd itself"},
        ExitMeaning{ExitCode::system, "this machine's clock is wrong"},
        ExitMeaning{ExitCode::output, "a file cannot be written"},
        ExitMeaning{ExitCode::try_again, "throttled or interrupted, try again"},
        ExitMeaning{ExitCode::no_permission, "a token that is dead or lacks a permission"},
        ExitMeaning{
            ExitCode::config, "mistakes in the configuration, or what it names cannot be used"}};
    return meanings;
}

ExitCode exit_code_of(graph::FailureClass kind)
{
    using graph::FailureClass;
    switch (kind) {
    case FailureClass::needs_login:
    case FailureClass::no_permission:
    case FailureClass::blocked:
    case FailureClass::object_gone:
    case FailureClass::misconfigured:
        return ExitCode::no_permission;
    case FailureClass::app_throttled:
    case FailureClass::account_throttled:
    case FailureClass::held_back:
        return ExitCode::try_again;
    default:
        return ExitCode::unavailable;
    }
}

ExitCode worse(ExitCode left, ExitCode right)
{
    static constexpr std::array by_weight{
        ExitCode::ok,          ExitCode::system, ExitCode::try_again,
        ExitCode::unavailable, ExitCode::output, ExitCode::no_permission,
        ExitCode::software,    ExitCode::usage,  ExitCode::config};
    const auto weight = [](ExitCode code) { return std::ranges::find(by_weight, code); };
    return std::max(weight(left), weight(right)) == weight(left) ? left : right;
}

} // namespace insightd::daemon
