#include "tests/soak/clock/governed.hpp"

#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// Loaded into the program by LD_PRELOAD: its machine's clock is the governed one. Timers do not
// notice. Nothing here may allocate.
namespace
{

using insightd::soak::GovernedTime;

const GovernedTime* map()
{
    const char* file = std::getenv(insightd::soak::clock_variable);
    const int handle = file != nullptr ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (handle < 0)
        return nullptr;
    void* shared = mmap(nullptr, sizeof(GovernedTime), PROT_READ, MAP_SHARED, handle, 0);
    close(handle);
    return shared == MAP_FAILED ? nullptr : static_cast<const GovernedTime*>(shared);
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept
{
    static auto* const real =
        reinterpret_cast<decltype(::clock_gettime)*>(dlsym(RTLD_NEXT, "clock_gettime"));
    static const auto* const time = map();
    const int result = real(clock, now);
    if (clock != CLOCK_REALTIME || time == nullptr || result != 0)
        return result;
    constexpr std::int64_t second = 1'000'000;
    const auto shown = time->at(now->tv_sec * second + now->tv_nsec / 1'000);
    now->tv_sec = shown / second;
    now->tv_nsec = shown % second * 1'000;
    return 0;
}
