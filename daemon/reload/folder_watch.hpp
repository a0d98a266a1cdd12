#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <filesystem>
#include <string>

namespace insightd::reload
{

/// Tells that something happened in the folder of a file, and in that of what the file links to:
/// editors write a new file and rename it, and a mounted volume exchanges a link to a folder, so
/// the file itself is not what to watch. Source: inotify(7).
class FolderWatch
{
public:
    FolderWatch(const boost::asio::any_io_executor& loop, std::filesystem::path file);

    /// Why the folder cannot be watched; empty if it is.
    const std::string& why_not() const { return why_not_; }

    /// Waits until something happens. False: there is nothing to wait for any more, for nothing is
    /// watched or stop() was called.
    boost::asio::awaitable<bool> something();

    /// Watches what is there now: folders may have been replaced.
    void look_again();

    void stop();

private:
    void watch(const std::filesystem::path& folder);

    std::filesystem::path file_;
    boost::asio::posix::stream_descriptor events_;
    std::string why_not_;
};

} // namespace insightd::reload
