#include "tests/torture/fault_table.hpp"

#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <string.h>

namespace insightd::torture
{
namespace
{

using enum Operation;
using enum Effect;

constexpr bool once = false;

/// A process is killed once, and a connection that is gone does not break again.
constexpr std::array table{
    Fault{file_open, error, EIO},
    Fault{file_open, error, EACCES},
    Fault{file_open, error, EROFS},
    Fault{file_open, error, EMFILE},
    Fault{file_open, dead_after, 0, once},
    Fault{file_read, error, EIO},
    Fault{file_read, half},
    Fault{file_write, error, EIO},
    Fault{file_write, error, ENOSPC},
    Fault{file_write, half},
    Fault{file_write, half_failed, ENOSPC},
    Fault{file_write, torn, 0, once},
    Fault{file_write, dead_before, 0, once},
    Fault{file_write, dead_after, 0, once},
    Fault{file_sync, error, EIO},
    Fault{file_sync, error, ENOSPC},
    Fault{file_sync, dead_before, 0, once},
    Fault{file_sync, dead_after, 0, once},
    Fault{file_truncate, error, EIO},
    Fault{file_truncate, dead_after, 0, once},
    Fault{file_allocate, error, ENOSPC},
    Fault{file_allocate, dead_after, 0, once},
    Fault{file_map, error, ENOMEM},
    Fault{file_map, dead_after, 0, once},
    Fault{file_lock, error, EINTR},
    Fault{file_rename, error, EIO},
    Fault{file_rename, dead_after, 0, once},
    Fault{file_remove, error, EROFS},
    Fault{file_remove, dead_after, 0, once},
    Fault{folder_make, error, EROFS},
    Fault{api_connect, error, ECONNREFUSED},
    Fault{api_connect, error, ETIMEDOUT},
    Fault{api_connect, error, ENETUNREACH},
    Fault{api_send, error, ECONNRESET},
    Fault{api_send, error, EPIPE},
    Fault{api_send, half},
    Fault{api_send, half_failed, ECONNRESET},
    Fault{api_send, dead_after, 0, once},
    Fault{api_receive, error, ECONNRESET},
    Fault{api_receive, closed},
    Fault{api_receive, half},
    Fault{api_receive, half_failed, ECONNRESET},
    Fault{api_receive, dead_after, 0, once},
    Fault{database_connect, error, ECONNREFUSED},
    Fault{database_connect, error, EAGAIN},
    Fault{database_connect, dead_after, 0, once},
    Fault{database_send, error, ECONNRESET},
    Fault{database_send, half},
    Fault{database_send, half_failed, EPIPE},
    Fault{database_send, unanswered, ECONNRESET},
    Fault{database_send, dead_after, 0, once},
    Fault{database_receive, error, ECONNRESET},
    Fault{database_receive, closed},
    Fault{database_receive, half},
    Fault{database_receive, silence, 0, once},
    Fault{database_receive, dead_before, 0, once},
    Fault{database_commit, error, ECONNRESET},
    Fault{database_commit, unanswered, ECONNRESET},
    Fault{database_commit, silence, 0, once},
    Fault{database_commit, dead_before, 0, once},
    Fault{database_commit, dead_after, 0, once},
};

} // namespace

std::span<const Fault> fault_table()
{
    return table;
}

std::string to_string(const Fault& fault)
{
    const auto operation = operation_names.at(static_cast<std::size_t>(fault.operation));
    const auto effect = effect_names.at(static_cast<std::size_t>(fault.effect));
    if (fault.effect == error)
        return fmt::format("{}: {}", operation, strerrorname_np(fault.error));
    return fmt::format("{}: {}", operation, effect);
}

} // namespace insightd::torture
