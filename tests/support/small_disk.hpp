#pragma once

#include <filesystem>
#include <string>
#include <sys/mount.h>

namespace insightd::testing
{

/// A disk of a few MiB, which can really be full: a tmpfs, where one may be mounted.
class SmallDisk
{
public:
    /// `folder` is made; `size` as of mount, like "24m".
    SmallDisk(const std::filesystem::path& folder, const std::string& size)
    {
        std::filesystem::create_directories(folder);
        if (mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0)
            place_ = folder;
    }
    ~SmallDisk()
    {
        if (!place_.empty())
            umount2(place_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    /// Empty: none may be mounted here, for it needs to be root.
    const std::filesystem::path& place() const { return place_; }

private:
    std::filesystem::path place_;
};

} // namespace insightd::testing
