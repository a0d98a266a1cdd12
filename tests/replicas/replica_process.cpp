#include "tests/replicas/replica_process.hpp"

#include <array>

namespace insightd::torture
{

void ReplicaProcess::start()
{
    DaemonProcess::start();
    index_of_pid[id()] = index_;
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
