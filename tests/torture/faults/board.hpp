#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What a torture and the program that it tortures share: a page of memory. The torture writes what
/// shall fail; the library that is loaded into the program counts and obeys.
namespace insightd::torture
{

/// What the program asks of the machine. Files are those below one folder, its state and its
/// configuration; the database is whatever it reaches over a unix socket, the API over TCP.
enum class Operation : std::int32_t {
    file_open,
    file_read,
    file_write,
    file_sync,
    file_truncate,
    file_allocate,
    file_map,
    file_lock,
    file_rename,
    file_remove,
    folder_make,
    api_connect,
    api_send,
    api_receive,
    database_connect,
    database_send,
    database_receive,
    database_commit, ///< a send with COMMIT in it
};

inline constexpr std::array<std::string_view, 18> operation_names{
    "file open",     "file read",        "file write",     "file sync",   "file truncate",
    "file allocate", "file map",         "file lock",      "file rename", "file remove",
    "folder make",   "API connect",      "API send",       "API receive", "database connect",
    "database send", "database receive", "database commit"};
inline constexpr auto operation_count = operation_names.size();

/// What becomes of an operation that is hit.
enum class Effect : std::int32_t {
    error,       ///< it fails, nothing is done; a connection is reset with it
    half,        ///< half of it is done, and it says so: a short write or read
    half_failed, ///< half of it is done, and the rest of the connection or of the disk is gone
    torn,        ///< half of it is done, then the process is killed
    dead_before, ///< killed before it
    dead_after,  ///< killed after it, before the program learns of it
    unanswered,  ///< done, but the connection breaks before the answer
    closed,      ///< the other side closes
    silence,     ///< the other side is heard of no more, and nobody says so
    delay,       ///< it is done late: `error` is how many milliseconds
};

inline constexpr std::array<std::string_view, 10> effect_names{
    "error",
    "half of it",
    "half of it, then errors",
    "torn by kill -9",
    "kill -9 before",
    "kill -9 after",
    "answer lost",
    "closed",
    "silence",
    "late"};

/// Zero bytes are a board on which nothing fails.
struct Board {
    struct Order {
        std::atomic<std::int64_t> first; ///< which one of its kind, from 1; 0: none
        std::atomic<std::int64_t> last;  ///< up to this one
        std::atomic<Effect> effect;
        std::atomic<std::int32_t> error; ///< errno, or milliseconds
    };

    std::array<Order, operation_count> orders;
    std::array<std::atomic<std::int64_t>, operation_count> counts; ///< asked so far
    std::array<std::atomic<std::int64_t>, operation_count> hits;
    std::atomic<std::int64_t> first_hit_at, last_hit_at; ///< microseconds since 1970, real ones
    std::atomic<std::int64_t> clock_ahead; ///< microseconds by which the program's clock is wrong
};

/// In the program's environment: the file with the board, and the folder whose files count.
inline constexpr auto board_variable = "INSIGHTD_TORTURE_BOARD";
inline constexpr auto folder_variable = "INSIGHTD_TORTURE_FOLDER";

} // namespace insightd::torture
