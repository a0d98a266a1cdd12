#pragma once

#include "daemon/exit_code.hpp"

namespace insightd::daemon
{

/// Reads the command line and runs its command. Errors that end the process are one line on stderr
/// that says what to do.
ExitCode run_command_line(int argc, const char* const* argv);

} // namespace insightd::daemon
