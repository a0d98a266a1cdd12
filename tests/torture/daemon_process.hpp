#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace insightd::torture
{

/// `insightd run` on the file insightd.yaml of a folder. Output goes to the file `log` there:
/// nobody reads it meanwhile.
class DaemonProcess
{
public:
    using Environment = std::vector<std::pair<std::string, std::string>>;

    explicit DaemonProcess(std::filesystem::path folder) : folder_{std::move(folder)} {}
    DaemonProcess(DaemonProcess&& other) noexcept;
    DaemonProcess& operator=(DaemonProcess&&) = delete;
    ~DaemonProcess(); ///< kills one that still runs

    void start(const Environment& environment = {});
    void send(int signal) const;

    /// Its exit code, 128 and the signal if that ended it; waits for it.
    int wait();
    /// The same, if it has ended by itself.
    std::optional<int> ended();
    /// Whether it has; leaves the code to ended().
    bool ended_already() const;

    pid_t id() const { return pid_; }
    bool runs() const { return pid_ > 0; }
    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path log() const { return folder_ / "log"; }

private:
    std::filesystem::path folder_;
    pid_t pid_ = -1;
};

} // namespace insightd::torture
