#pragma once

#include "collectors/graph/failure.hpp"

#include <span>

namespace insightd::daemon
{

/// What the process answers to its caller, after sysexits.h.
enum class ExitCode {
    ok = 0,
    usage = 64,         ///< a command line that cannot be understood
    unavailable = 69,   ///< database or Graph host cannot be reached
    software = 70,      ///< a broken promise of ours
    system = 71,        ///< this machine's clock is wrong
    output = 74,        ///< a file that cannot be written
    try_again = 75,     ///< throttled, or interrupted before the end
    no_permission = 77, ///< a dead token, or one that lacks a permission
    config = 78,        ///< mistakes in the YAML, or what it names cannot be used
};

struct ExitMeaning {
    ExitCode code;
    const char* meaning;
};

/// Every code in words, by number: of `--help` and of the manual page.
std::span<const ExitMeaning> exit_meanings();

/// The code for a collection or a check that ended with this failure.
ExitCode exit_code_of(graph::FailureClass kind);

/// The code that tells more: of several failures the one an operator must mend first.
ExitCode worse(ExitCode left, ExitCode right);

} // namespace insightd::daemon
