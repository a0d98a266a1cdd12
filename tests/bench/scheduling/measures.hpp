#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// What the scheduler can do, on this machine, now.
namespace insightd::bench
{

struct Size {
    std::size_t accounts = 0;
    std::size_t posts = 0; ///< of each account
    std::string
        database{}; ///< connection string; filled if it is empty. Not given: one made for this
};

/// The structure alone: memory for each post, time for each decision (take what is due next, take
/// in its reading, plan its next). Prints both.
void measure_structure(const Size& size, std::size_t decisions);

/// A daemon's start on a database of this size that it fills first: until the first post is due,
/// and until all are loaded. Prints both.
void measure_restart(const Size& size);

inline double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace insightd::bench
