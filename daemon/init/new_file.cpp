#include "daemon/init/new_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace insightd::init
{
namespace
{

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, int error)
{
    if (error == EEXIST)
        throw CannotWrite{fmt::format(
            "{} is there already, and is left as it is: name another file, or move it away",
            file.string())};
    throw CannotWrite{fmt::format("{} cannot be written ({})", file.string(), strerror(error))};
}

fs::path folder_of(const fs::path& file)
{
    return file.has_parent_path() ? file.parent_path() : fs::path{"."};
}

/// A signal comes before the file is there, or after.
class Undisturbed
{
public:
    Undisturbed()
    {
        sigset_t signals;
        sigemptyset(&signals);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&signals, signal);
        pthread_sigmask(SIG_BLOCK, &signals, &before_);
    }
    ~Undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;

private:
    sigset_t before_{};
};

/// Beside the file, and gone with this unless it got its name.
class Draft
{
public:
    explicit Draft(const fs::path& file) : file_{file}, name_{file.string() + ".XXXXXX"}
    {
        handle_ = mkostemp(name_.data(), O_CLOEXEC);
        if (handle_ < 0)
            refuse(file_, errno);
    }
    ~Draft()
    {
        close(handle_);
        if (!name_.empty())
            unlink(name_.c_str());
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    void write(std::string_view text, mode_t mode)
    {
        if (fchmod(handle_, mode) != 0)
            fail();
        while (!text.empty()) {
            const auto size = ::write(handle_, text.data(), text.size());
            if (size < 0 && errno != EINTR)
                fail();
            text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        }
        if (fsync(handle_) != 0)
            fail();
    }

    void name()
    {
        if (renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, file_.c_str(), RENAME_NOREPLACE) != 0)
            fail();
        name_.clear();
        const int folder = open(folder_of(file_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fsync(folder);
        close(folder);
    }

private:
    [[noreturn]] void fail() const { refuse(file_, errno); }

    const fs::path& file_;
    std::string name_;
    int handle_ = -1;
};

} // namespace

void require_room_for(const fs::path& file)
{
    if (access(file.c_str(), F_OK) == 0)
        refuse(file, EEXIST);
    if (access(folder_of(file).c_str(), W_OK | X_OK) != 0)
        refuse(file, errno);
}

void write_new(const fs::path& file, std::string_view text, mode_t mode)
{
    const Undisturbed undisturbed;
    Draft draft{file};
    draft.write(text, mode);
    draft.name();
}

} // namespace insightd::init
