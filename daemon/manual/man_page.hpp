#pragma once

#include "daemon/manual/command_tree.hpp"

#include <string>
#include <vector>

namespace insightd::manual
{

struct ExitStatus {
    int code;
    std::string meaning;
};

/// insightd(1) in roff: every command with its options, and every exit code.
std::string man_page(
    const Command& program, const std::vector<ExitStatus>& statuses, const std::string& version);

} // namespace insightd::manual
