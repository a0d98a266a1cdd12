#pragma once

#include <cstddef>

namespace insightd::soak
{

/// How much of a second passes in one from now on (GovernedClock), by how much is due and waits:
/// slower while more waits than is done in a moment, faster, up to 1, while less does. So readings
/// come as late as on a machine that keeps up, however busy this one is.
/// `usual`: tasks that may wait without slowing time down.
double next_rate(double rate, std::size_t waiting, std::size_t usual);

} // namespace insightd::soak
