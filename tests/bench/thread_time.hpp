#pragma once

#include <ctime>

namespace insightd
{

/// CPU time of this thread: what else the machine does is not counted.
inline double milliseconds_of_work()
{
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
}

} // namespace insightd
