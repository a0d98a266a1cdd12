#include "tests/torture/daemon_process.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <linux/close_range.h>
#include <sys/wait.h>
#include <unistd.h>

namespace insightd::torture
{
namespace
{

int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

DaemonProcess::DaemonProcess(DaemonProcess&& other) noexcept
    : folder_{std::move(other.folder_)}, pid_{std::exchange(other.pid_, -1)}
{
}

DaemonProcess::~DaemonProcess()
{
    if (!runs())
        return;
    send(SIGKILL);
    wait();
}

void DaemonProcess::start(const Environment& environment)
{
    pid_ = fork();
    if (pid_ != 0)
        return;
    if (std::freopen(log().c_str(), "a", stderr) == nullptr)
        _exit(126);
    // The torture's sockets are not the program's: who closes one has closed it.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const auto& [name, value] : environment)
        setenv(name.c_str(), value.c_str(), 1);
    const auto config = (folder_ / "insightd.yaml").string();
    execl(
        INSIGHTD_PROGRAM, INSIGHTD_PROGRAM, "run", "--config", config.c_str(),
        static_cast<char*>(nullptr));
    _exit(127);
}

void DaemonProcess::send(int signal) const
{
    kill(pid_, signal);
}

int DaemonProcess::wait()
{
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return code_of(status);
}

bool DaemonProcess::ended_already() const
{
    siginfo_t what{};
    return waitid(P_PID, static_cast<id_t>(pid_), &what, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           what.si_pid == pid_;
}

std::optional<int> DaemonProcess::ended()
{
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_)
        return std::nullopt;
    pid_ = -1;
    return code_of(status);
}

} // namespace insightd::torture
