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
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    int handle_ = -1;
};

} // namespace insightd::spool
