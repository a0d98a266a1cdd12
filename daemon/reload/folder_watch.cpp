#include "daemon/reload/folder_watch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <system_error>

namespace insightd::reload
{
namespace
{

/// A file was closed after writing, came, went, or took another's place; or the folder did.
constexpr std::uint32_t watched = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

std::filesystem::path folder_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : ".";
}

} // namespace

FolderWatch::FolderWatch(const boost::asio::any_io_executor& loop, std::filesystem::path file)
    : file_{std::move(file)}, events_{loop}
{
    const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) {
        why_not_ = std::strerror(errno);
        return;
    }
    events_.assign(descriptor);
    look_again();
}

void FolderWatch::look_again()
{
    if (!events_.is_open())
        return;
    why_not_.clear();
    watch(folder_of(file_));
    std::error_code dangling;
    if (const auto real = std::filesystem::canonical(file_, dangling); !dangling)
        watch(folder_of(real));
}

/// Nothing changes for a folder that is watched already.
void FolderWatch::watch(const std::filesystem::path& folder)
{
    if (inotify_add_watch(events_.native_handle(), folder.c_str(), watched) < 0)
        why_not_ = folder.string() + ": " + std::strerror(errno);
}

boost::asio::awaitable<bool> FolderWatch::something()
{
    std::array<char, 4096> names{}; // which of them does not matter
    boost::system::error_code error;
    if (events_.is_open())
        co_await events_.async_read_some(
            boost::asio::buffer(names),
            boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return events_.is_open() && !error;
}

void FolderWatch::stop()
{
    boost::system::error_code ignored;
    events_.close(ignored);
}

} // namespace insightd::reload
