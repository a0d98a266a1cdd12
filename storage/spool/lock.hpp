#pragma once

#include <filesystem>

namespace insightd::spool
{

/// One process at a time: the lock ends with the object, or with the process however it ends.
class Lock
{
public:
    /// Throws std::runtime_error if another process has it, or the file cannot be made.
    explicit Lock(const std::filesystem::path& file);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    int handle_;
};

} // namespace insightd::spool
