#pragma once

#include "daemon/exit_code.hpp"

#include <functional>
#include <string>

namespace CLI
{
class App;
}

namespace insightd::daemon
{

/// `insightd manual`, the manual page in roff, and `insightd completion bash|zsh|fish`: for those
/// who make a package, therefore not in `--help`. Both tell of what `app` takes, whatever that is.
/// The one that was asked for is left in `call`.
void add_manual_commands(CLI::App& app, std::function<ExitCode()>& call);

/// What `--help` ends with.
std::string exit_codes_in_words();

} // namespace insightd::daemon
