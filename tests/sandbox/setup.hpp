#pragma once

#include "tests/sandbox/world.hpp"

#include <filesystem>
#include <string>

namespace insightd::sandbox
{

/// What an insightd configuration against the sandbox needs to know.
struct Setup {
    std::string instagram_url;
    std::string facebook_url;
    std::filesystem::path ca_file; ///< empty: none
    std::string database = "embedded";
    std::filesystem::path state_dir;
    std::string anchor; ///< real instant, RFC 3339; empty: no scaled clock
    std::string start;  ///< virtual instant
    int speed = 1;
    std::string extra; ///< more top-level YAML
};

/// The YAML for these accounts; their tokens are written beside it, for the owner alone.
std::string write_config(
    const std::filesystem::path& file, const Setup& setup,
    const std::vector<AccountSpec>& accounts);

} // namespace insightd::sandbox
