#include "tests/torture/faults/judge.hpp"
#include "tests/torture/faults/real.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// Nothing here may allocate or call what the library itself replaces by its own.
namespace insightd::torture
{
namespace
{

constexpr int most_descriptors = 65'536;

struct Descriptor {
    std::atomic<Role> role;
    std::atomic<Ailment> ailment;
    std::atomic<std::int32_t> error;
};

std::array<Descriptor, most_descriptors> descriptors;

bool is_known(int descriptor)
{
    return descriptor >= 0 && descriptor < most_descriptors;
}

Descriptor& at(int descriptor)
{
    return descriptors[static_cast<std::size_t>(descriptor)];
}

/// The board of the torture, or one on which nothing fails.
Board& map_board()
{
    static Board none{};
    const char* file = std::getenv(board_variable);
    if (file == nullptr)
        return none;
    const int handle = real<decltype(::open)>("open")(file, O_RDWR | O_CLOEXEC);
    if (handle < 0)
        return none;
    auto* shared = real<decltype(::mmap)>("mmap")(
        nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    return shared == MAP_FAILED ? none : *static_cast<Board*>(shared);
}

Board& board()
{
    static Board& the_one = map_board();
    return the_one;
}

std::int64_t real_now()
{
    timespec now{};
    INSIGHTD_REAL(clock_gettime);
    real(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
}

} // namespace

Role role_of(int descriptor)
{
    return is_known(descriptor) ? at(descriptor).role.load() : Role::none;
}

void set_role(int descriptor, Role role)
{
    if (!is_known(descriptor))
        return;
    at(descriptor).ailment = Ailment::none;
    at(descriptor).role = role;
}

bool is_watched(const char* path)
{
    static const char* folder = std::getenv(folder_variable);
    return folder != nullptr && path != nullptr &&
           std::strncmp(path, folder, std::strlen(folder)) == 0;
}

std::optional<Verdict> judge(Operation operation)
{
    const auto kind = static_cast<std::size_t>(operation);
    const auto number = ++board().counts[kind];
    const auto& order = board().orders[kind];
    const auto first = order.first.load();
    if (first == 0 || number < first || number > order.last)
        return std::nullopt;
    const auto now = real_now();
    std::int64_t none = 0;
    board().first_hit_at.compare_exchange_strong(none, now);
    board().last_hit_at = now;
    ++board().hits[kind];
    if (order.effect != Effect::delay)
        return Verdict{order.effect, order.error};
    const timespec span{order.error / 1000, order.error % 1000 * 1'000'000L};
    nanosleep(&span, nullptr);
    return std::nullopt;
}

std::int64_t clock_ahead()
{
    return board().clock_ahead;
}

void die()
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

Ailment ailment_of(int descriptor)
{
    return is_known(descriptor) ? at(descriptor).ailment.load() : Ailment::none;
}

int error_of(int descriptor)
{
    return at(descriptor).error;
}

/// The other side learns of it as well, unless the line is merely silent.
void afflict(int descriptor, Ailment ailment, int error)
{
    if (!is_known(descriptor))
        return;
    at(descriptor).error = error;
    at(descriptor).ailment = ailment;
    if (ailment != Ailment::silent)
        shutdown(descriptor, SHUT_RDWR);
}

} // namespace insightd::torture
