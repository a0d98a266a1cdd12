#pragma once

namespace insightd::daemon
{

/// From here on the process leaves no core dump, and no other process of the user can read its
/// memory: tokens are in it.
void forbid_core_dumps();

} // namespace insightd::daemon
