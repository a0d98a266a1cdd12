#include "tests/soak/clock/governed.hpp"

#include <chrono>
#include <fcntl.h>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace insightd::soak
{
namespace
{

std::int64_t machine_time()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

GovernedTime* map(const std::filesystem::path& file)
{
    const int handle = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0 || ftruncate(handle, sizeof(GovernedTime)) != 0)
        throw std::runtime_error{"no clock in " + file.string()};
    void* shared =
        mmap(nullptr, sizeof(GovernedTime), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    close(handle);
    if (shared == MAP_FAILED)
        throw std::runtime_error{"no clock in " + file.string()};
    return new (shared) GovernedTime;
}

} // namespace

GovernedClock::GovernedClock(std::filesystem::path file) : file_{std::move(file)}, time_{map(file_)}
{
    time_->since = time_->then = machine_time();
    time_->millionths = 1'000'000;
}

GovernedClock::~GovernedClock()
{
    munmap(time_, sizeof(GovernedTime));
}

void GovernedClock::set_rate(double rate)
{
    const auto machine = machine_time();
    const auto shown = time_->at(machine);
    ++time_->version;
    time_->since = machine;
    time_->then = shown;
    time_->millionths = static_cast<std::int64_t>(rate * 1e6);
    ++time_->version;
}

std::int64_t GovernedClock::now() const
{
    return time_->at(machine_time());
}

} // namespace insightd::soak
