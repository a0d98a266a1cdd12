#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace insightd::storage
{

/// The user that the private PostgreSQL runs as: ourselves, or, as root, which PostgreSQL refuses,
/// the user postgres (nobody where there is none).
class ServerUser
{
public:
    ServerUser();

    const std::string& name() const { return name_; }

    /// Makes the folder this user's own, for nobody else. False for a link, and for a folder of
    /// somebody else.
    bool take(const std::filesystem::path& folder) const;

    /// Whether this user can get into the folder: every folder above must let it through.
    bool can_enter(const std::filesystem::path& folder) const;

    /// Runs a program as this user, its output appended to `log`; returns its exit code, 127 if it
    /// could not be run. It gets nothing else of ours: no environment, no open files or sockets.
    int run(const std::vector<std::string>& command, const std::filesystem::path& log) const;

private:
    void become() const;

    bool drops_root_ = false;
    uid_t uid_ = 0;
    gid_t gid_ = 0;
    std::string name_;
};

} // namespace insightd::storage
