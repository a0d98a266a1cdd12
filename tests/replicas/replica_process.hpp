#pragma once

#include "tests/replicas/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <sys/types.h>

namespace insightd::torture
{

/// One replica: its folder, its process if it runs, and when it comes back if something was done to
/// it.
class ReplicaProcess
{
public:
    ReplicaProcess(std::size_t index, std::filesystem::path folder)
        : index_{index}, folder_{std::move(folder)}
    {
    }

    /// Output goes to the file `log` in the folder: nobody reads it meanwhile.
    void start();
    void send(int signal) const;
    /// Its exit code.
    int wait();

    std::size_t index() const { return index_; }
    pid_t id() const { return pid_; }
    bool runs() const { return pid_ > 0; }
    bool is_well() const { return runs() && !is_stopped; }

    /// Whether the process with the number is or was the replica.
    static bool is_of(std::int64_t pid, std::size_t replica);

    bool is_stopped = false;
    Real back_at{};  ///< when it goes on or starts again
    Real began_at{}; ///< when it did

private:
    std::size_t index_;
    std::filesystem::path folder_;
    pid_t pid_ = -1;
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
