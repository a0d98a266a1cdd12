#include <array>
#include <csignal>

#include <execinfo.h>
#include <unistd.h>

// A program that dies of a signal says where, into its log: it leaves no core behind.
namespace insightd::torture
{
namespace
{

constexpr std::array deadly{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

void tell_where(int signal)
{
    std::array<void*, 64> frames{};
    const int depth = backtrace(frames.data(), static_cast<int>(frames.size()));
    backtrace_symbols_fd(frames.data(), depth, STDERR_FILENO);
    raise(signal); // as it would have died without this
}

/// The first call of backtrace() allocates, which a handler may not.
[[gnu::constructor]] void listen()
{
    std::array<void*, 1> none{};
    backtrace(none.data(), 1);
    struct sigaction once {
    };
    once.sa_handler = tell_where;
    once.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    for (const auto signal : deadly)
        sigaction(signal, &once, nullptr);
}

} // namespace
} // namespace insightd::torture
