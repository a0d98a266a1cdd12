#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

/// A configuration that takes the place of another while the daemon runs.
namespace insightd::reload
{

/// What another configuration means for a daemon that runs with this one. An account is the one
/// with its user_id, whatever its name.
struct Changes {
    std::vector<config::Account> added;
    std::vector<config::Account> changed; ///< as they are from now on
    std::vector<std::int64_t> removed;    ///< user ids
    bool log_level = false;
    /// Keys of the file that differ and stay as they were until a restart, in its order.
    std::vector<std::string_view> need_restart;

    bool operator==(const Changes&) const = default;
};

/// Pure. Linear in the accounts.
Changes changes_between(const config::Config& running, const config::Config& wanted);

} // namespace insightd::reload
