#include "storage/server_user.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace insightd::storage
{
namespace
{

const passwd* account_of_server()
{
    if (geteuid() != 0)
        return getpwuid(geteuid());
    const auto* postgres = getpwnam("postgres");
    return postgres != nullptr ? postgres : getpwnam("nobody");
}

int exit_code_of(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> all;
    for (const auto& word : words)
        all.push_back(const_cast<char*>(word.c_str())); // execv's interface is older than const
    all.push_back(nullptr);
    return all;
}

} // namespace

ServerUser::ServerUser() : drops_root_{geteuid() == 0}
{
    const auto* account = account_of_server();
    uid_ = account != nullptr ? account->pw_uid : geteuid();
    gid_ = account != nullptr ? account->pw_gid : getegid();
    name_ = account != nullptr ? account->pw_name : "insightd";
}

bool ServerUser::take(const std::filesystem::path& folder) const
{
    // By handle, and never through a link: as root we would give away what it points to.
    const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (handle < 0)
        return false;
    struct stat facts {
    };
    const bool ours =
        fstat(handle, &facts) == 0 && (facts.st_uid == uid_ || facts.st_uid == geteuid());
    const bool taken =
        ours && (!drops_root_ || fchown(handle, uid_, gid_) == 0) && fchmod(handle, S_IRWXU) == 0;
    close(handle);
    return taken;
}

bool ServerUser::can_enter(const std::filesystem::path& folder) const
{
    return run({"/usr/bin/test", "-w", folder.string()}, "/dev/null") == 0;
}

int ServerUser::run(const std::vector<std::string>& command, const std::filesystem::path& log) const
{
    const auto arguments = pointers(command);
    // Nothing of ours: secrets may be in it, and `ps` shows a server's environment.
    const std::vector<std::string> clean{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
    const auto environment = pointers(clean);
    // Opened by us: the user may not be allowed to make the file.
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (output >= 0 && drops_root_ && fchown(output, uid_, gid_) != 0)
        errno = 0; // devices keep their owner
    const pid_t child = fork();
    if (child == 0) {
        // Between fork and exec only what is safe in a copy of one thread.
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
        // A server outlives a killed daemon: with its sockets it would keep its ports, too.
        close_range(STDERR_FILENO + 1, ~0U, 0);
        become();
        execve(arguments.front(), arguments.data(), environment.data());
        _exit(127);
    }
    if (output >= 0)
        close(output);
    return child < 0 ? 127 : exit_code_of(child);
}

/// In a session of its own: a Ctrl-C for the daemon is none for the server, which it stops itself.
void ServerUser::become() const
{
    setsid();
    if (chdir("/") != 0)
        _exit(127);
    if (drops_root_ && (setgroups(0, nullptr) != 0 || setgid(gid_) != 0 || setuid(uid_) != 0))
        _exit(127);
}

} // namespace insightd::storage
