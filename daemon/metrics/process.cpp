#include "daemon/metrics/process.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace insightd::metrics
{
namespace
{

namespace fs = std::filesystem;

double seconds_by(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds_of(const timeval& span)
{
    return static_cast<double>(span.tv_sec) + static_cast<double>(span.tv_usec) / 1e6;
}

/// Since the machine was booted; the 22nd field of the line, of which the second, in brackets, is
/// the only one that may have spaces. The time of the boot itself stands in /proc/stat, which a
/// unit with ProcSubset=pid does not see.
std::optional<double> began_after_boot()
{
    std::ifstream in{"/proc/self/stat"};
    in.ignore(std::numeric_limits<std::streamsize>::max(), ')');
    std::string field;
    constexpr int third = 3, wanted = 22;
    for (int at = third; at < wanted; ++at)
        in >> field;
    double ticks = 0;
    if (!(in >> ticks))
        return std::nullopt;
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

Process::Process()
{
    if (const auto began = began_after_boot())
        started_at_ = seconds_by(CLOCK_REALTIME) - (seconds_by(CLOCK_BOOTTIME) - *began);
}

std::optional<std::int64_t> Process::resident_bytes()
{
    std::ifstream in{"/proc/self/statm"};
    std::int64_t all = 0;
    std::int64_t resident = 0;
    if (!(in >> all >> resident))
        return std::nullopt;
    return resident * sysconf(_SC_PAGESIZE);
}

/// One of them is that of the folder which is being read.
std::optional<std::int64_t> Process::open_descriptors()
{
    std::error_code unreadable;
    const fs::directory_iterator all{"/proc/self/fd", unreadable};
    if (unreadable)
        return std::nullopt;
    return std::distance(begin(all), end(all)) - 1;
}

std::optional<double> Process::most_descriptors()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return std::nullopt;
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                           : static_cast<double>(limit.rlim_cur);
}

double Process::cpu_seconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

} // namespace insightd::metrics
