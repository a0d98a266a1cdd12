#include "tests/torture/faults/judge.hpp"
#include "tests/torture/faults/real.hpp"

#include <ctime>

// The machine's clock, which someone sets while the program runs. Timers do not notice.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept
{
    INSIGHTD_REAL(clock_gettime);
    const int result = real(clock, now);
    const auto ahead = insightd::torture::clock_ahead();
    if (clock != CLOCK_REALTIME || ahead == 0 || result != 0)
        return result;
    constexpr std::int64_t second = 1'000'000;
    const auto microseconds = now->tv_sec * second + now->tv_nsec / 1'000 + ahead;
    now->tv_sec = microseconds / second;
    now->tv_nsec = microseconds % second * 1'000;
    return 0;
}
