#include "daemon/export_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace insightd::daemon
{
namespace
{

std::string grouped(std::uint64_t number)
{
    auto text = std::to_string(number);
    constexpr std::size_t group = 3;
    for (auto at = text.size(); at > group; at -= group)
        text.insert(at - group, 1, ',');
    return text;
}

} // namespace

ExportFile::ExportFile(std::filesystem::path path) : path_{std::move(path)}
{
    std::signal(SIGPIPE, SIG_IGN); // a reader that has enough is told by the write
}

ExportFile::~ExportFile()
{
    if (file_ == nullptr || path_.empty())
        return;
    std::fclose(file_);
    std::error_code ignored;
    std::filesystem::remove(unfinished(), ignored);
}

std::filesystem::path ExportFile::unfinished() const
{
    return path_.string() + ".part";
}

/// The rows are of clients: nobody but the user reads them.
bool ExportFile::open()
{
    if (path_.empty()) {
        file_ = stdout;
        return true;
    }
    if (std::filesystem::exists(path_) && !std::filesystem::is_regular_file(path_)) {
        errno = EEXIST; // a device or a folder would be replaced
        return false;
    }
    constexpr mode_t own = 0600;
    const int handle =
        ::open(unfinished().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, own);
    file_ = handle < 0 ? nullptr : fdopen(handle, "w");
    return file_ != nullptr;
}

bool ExportFile::failed(const char* what)
{
    if (errno != EPIPE)
        complaint_ = fmt::format(
            "{} {}: {}", what, path_.empty() ? "standard output" : path_.string(),
            std::strerror(errno));
    return false;
}

bool ExportFile::write(std::string_view text)
{
    if (file_ == nullptr && !open())
        return failed("cannot make");
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size())
        return failed("cannot write");
    return true;
}

bool ExportFile::finish()
{
    if (file_ == nullptr && !open())
        return failed("cannot make");
    if (path_.empty())
        return std::fflush(stdout) == 0 || failed("cannot write");
    if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0)
        return failed("cannot write");
    std::error_code trouble;
    std::filesystem::rename(unfinished(), path_, trouble);
    errno = trouble.value();
    if (trouble)
        return failed("cannot make");
    std::fclose(std::exchange(file_, nullptr));
    return true;
}

std::string rows_line(const storage::Exported& so_far, double seconds)
{
    constexpr double megabyte = 1e6;
    const auto rate = seconds > 0 ? static_cast<double>(so_far.rows) / seconds : 0.0;
    return fmt::format(
        "{} rows  {:.1f} MB  {} rows/s", grouped(so_far.rows),
        static_cast<double>(so_far.bytes) / megabyte, grouped(static_cast<std::uint64_t>(rate)));
}

} // namespace insightd::daemon
