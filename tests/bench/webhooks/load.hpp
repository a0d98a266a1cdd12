#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace insightd::bench
{

/// Deliveries at a steady rate, each due at its own moment, whether those before it were answered
/// or not.
struct Load {
    std::uint16_t port = 0;
    std::string secret;
    std::size_t accounts = 0;
    std::int64_t first_account = 0, first_story = 0;
    std::size_t per_second = 0;
    std::size_t deliveries = 0;
    std::size_t connections = 0;
};

struct Outcome {
    std::size_t acknowledged = 0;     ///< answered with 200
    std::vector<double> milliseconds; ///< from when each was due until it was answered; sorted
    double seconds = 0;
};

/// Sends all of it from one loop. Throws boost::system::system_error if a connection breaks.
Outcome send(const Load& load);

} // namespace insightd::bench
