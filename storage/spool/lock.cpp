#include "storage/spool/lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace insightd::spool
{

Lock::Lock(const std::filesystem::path& file) : file_{file}
{
    std::filesystem::create_directories(file.parent_path());
    handle_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle_ < 0)
        throw std::runtime_error{file.string() + ": " + std::strerror(errno)};
    if (flock(handle_, LOCK_EX | LOCK_NB) == 0)
        return;
    close(handle_);
    throw InUse{file.string() + ": another insightd uses it; give each a state_dir of its own"};
}

Lock::~Lock()
{
    close(handle_);
}

bool Lock::is_in_place() const
{
    struct stat held {
    };
    struct stat there {
    };
    return fstat(handle_, &held) == 0 && stat(file_.c_str(), &there) == 0 &&
           held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

} // namespace insightd::spool
