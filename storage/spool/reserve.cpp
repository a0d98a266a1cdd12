#include "storage/spool/reserve.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace insightd::spool
{
namespace
{

constexpr std::uintmax_t size = 4 * 1024 * 1024;

} // namespace

bool Reserve::take() const
{
    std::error_code none;
    if (std::filesystem::file_size(file_, none) == size)
        return true;
    const int handle = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle < 0)
        return false;
    const bool taken = posix_fallocate(handle, 0, static_cast<off_t>(size)) == 0;
    close(handle);
    if (!taken)
        release();
    return taken;
}

void Reserve::release() const
{
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

} // namespace insightd::spool
