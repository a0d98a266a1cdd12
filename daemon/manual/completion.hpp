#pragma once

#include "daemon/manual/command_tree.hpp"

#include <functional>
#include <string>

namespace insightd::manual
{

/// What a shell reads to complete commands, options, choices and files; as they are installed under
/// /usr/share/bash-completion/completions, zsh/vendor-completions and fish/vendor_completions.d.
std::string bash_completion(const Command& program);
std::string zsh_completion(const Command& program);
std::string fish_completion(const Command& program);

/// Each command, those above before those below.
void for_each(const Command& command, const std::function<void(const Command&)>& visit);

/// "token add" for "insightd token add"; empty for the program itself.
std::string path_of(const Command& command);

/// For a shell, in single quotes.
std::string quoted(const std::string& text);

} // namespace insightd::manual
