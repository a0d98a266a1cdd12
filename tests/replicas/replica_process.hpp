#pragma once

#include "tests/torture/daemon_process.hpp"
#include "tests/torture/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace insightd::torture
{

/// One replica: its process if it runs, and when it comes back if something was done to it.
class ReplicaProcess : public DaemonProcess
{
public:
    ReplicaProcess(std::size_t index, std::filesystem::path folder)
        : DaemonProcess{std::move(folder)}, index_{index}
    {
    }

    void start();

    std::size_t index() const { return index_; }
    bool is_well() const { return runs() && !is_stopped; }

    /// Whether the process with the number is or was the replica.
    static bool is_of(std::int64_t pid, std::size_t replica);

    bool is_stopped = false;
    Real back_at{};  ///< when it goes on or starts again
    Real began_at{}; ///< when it did

private:
    std::size_t index_;
    inline static std::map<std::int64_t, std::size_t> index_of_pid;
};

/// What was done, to a replica or to the database.
struct Trouble {
    enum class Kind { kill, pause, stop, outage };

    Kind kind;
    Real at, until;
    std::size_t replica = 0; ///< not of an outage
    std::int64_t pid = 0;
};

std::string_view to_string(Trouble::Kind kind);

} // namespace insightd::torture
