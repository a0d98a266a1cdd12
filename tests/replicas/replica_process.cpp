#include "tests/replicas/replica_process.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace insightd::torture
{

void ReplicaProcess::start()
{
    pid_ = fork();
    if (pid_ == 0) {
        const auto log = (folder_ / "log").string();
        if (std::freopen(log.c_str(), "a", stderr) == nullptr)
            _exit(126);
        const auto config = (folder_ / "insightd.yaml").string();
        execl(
            INSIGHTD_PROGRAM, INSIGHTD_PROGRAM, "run", "--config", config.c_str(),
            static_cast<char*>(nullptr));
        _exit(127);
    }
    index_of_pid[pid_] = index_;
}

void ReplicaProcess::send(int signal) const
{
    kill(pid_, signal);
}

int ReplicaProcess::wait()
{
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool ReplicaProcess::is_of(std::int64_t pid, std::size_t replica)
{
    const auto found = index_of_pid.find(pid);
    return found != index_of_pid.end() && found->second == replica;
}

std::string_view to_string(Trouble::Kind kind)
{
    static constexpr std::array<std::string_view, 4> names{
        "kill -9", "SIGSTOP", "SIGTERM", "outage"};
    return names.at(static_cast<std::size_t>(kind));
}

} // namespace insightd::torture
