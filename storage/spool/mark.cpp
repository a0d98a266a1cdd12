#include "storage/spool/mark.hpp"

#include <sodium.h>

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace insightd::spool
{
namespace
{

/// As it stands in the file, for this machine alone.
struct Stamp {
    Mark::Content content;
    std::array<unsigned char, crypto_generichash_BYTES> checksum{};
};

Stamp stamp_of(const Mark::Content& content)
{
    Stamp stamp{content, {}};
    crypto_generichash(
        stamp.checksum.data(), stamp.checksum.size(),
        reinterpret_cast<const unsigned char*>(&content), sizeof content, nullptr, 0);
    return stamp;
}

} // namespace

std::optional<Mark::Content> Mark::read() const
{
    Stamp stamp;
    const int handle = open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (handle < 0)
        return std::nullopt;
    const bool is_whole = pread(handle, &stamp, sizeof stamp, 0) == sizeof stamp;
    close(handle);
    if (!is_whole || stamp.checksum != stamp_of(stamp.content).checksum)
        return std::nullopt;
    return stamp.content;
}

void Mark::write(const Content& content) const
{
    put(content, [](int) { return 0; });
}

void Mark::lower(const Content& content) const
{
    put(content, fdatasync);
}

void Mark::put(const Content& content, int (*keep)(int)) const
{
    const auto stamp = stamp_of(content);
    const int handle = open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool is_written =
        handle >= 0 && pwrite(handle, &stamp, sizeof stamp, 0) == sizeof stamp && keep(handle) == 0;
    if (handle >= 0)
        close(handle);
    std::error_code ignored;
    if (!is_written)
        std::filesystem::remove(file_, ignored);
}

} // namespace insightd::spool
