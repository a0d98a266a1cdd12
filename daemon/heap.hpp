#pragma once

namespace insightd::daemon
{

/// From here on a large block goes back to the system when it is freed, whatever lies behind it.
/// The C library would keep such blocks within the heap once some were freed, and each page and
/// answer of a day would leave its hole.
void give_large_blocks_back();

/// What the heap holds free goes back to the system: what a burst took, as a spool that emptied.
/// Takes milliseconds, and whoever allocates waits.
void give_free_memory_back();

} // namespace insightd::daemon
