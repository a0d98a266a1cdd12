#pragma once

#include "daemon/init/answers.hpp"

#include <map>
#include <string>

namespace insightd::daemon
{

/// What is tried before an answer of `insightd init` is taken: the database is connected to, and a
/// token is asked whose it is and whether it may read insights. Nothing is changed by that. Each
/// blocks. Valid while `surroundings` is.
std::map<std::string, init::Probe, std::less<>> init_probes(const init::Surroundings& surroundings);

} // namespace insightd::daemon
