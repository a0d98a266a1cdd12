#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace insightd::reload
{

/// How the reading of other configurations went, for pages and metrics.
struct Record {
    std::size_t succeeded = 0, failed = 0; ///< since the start, which is not counted
    std::chrono::sys_time<std::chrono::microseconds> last_success; ///< the start is one
    std::string why_not;      ///< the newest failed: `file:line:column: message`; empty: it did not
    std::string need_restart; ///< keys that differ from the file until a restart: "database, http"
};

} // namespace insightd::reload
