#pragma once

#include "storage/model/writer.hpp"

#include <filesystem>

namespace insightd::spool
{

/// Another process has the spool.
struct InUse : model::Unavailable {
    using model::Unavailable::Unavailable;
};

/// One process at a time: the lock ends with the object, or with the process however it ends.
class Lock
{
public:
    /// Makes the file, and its folder. Throws InUse if another process has it, std::runtime_error
    /// if that cannot be made.
    explicit Lock(const std::filesystem::path& file);
    ~Lock();
    /// Whether the file is still where it was made: who removes it lets another process in.
    bool is_in_place() const;

    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    std::filesystem::path file_;
    int handle_ = -1;
};

} // namespace insightd::spool
