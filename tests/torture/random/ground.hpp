#pragma once

#include "tests/torture/board_file.hpp"
#include "tests/torture/daemon_process.hpp"
#include "tests/torture/door.hpp"
#include "tests/torture/line.hpp"
#include "tests/torture/own_server.hpp"
#include "tests/torture/platform.hpp"

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace insightd::torture
{

/// How the virtual time runs.
struct Pace {
    Real anchor, start; ///< the virtual time at `anchor`
    int speed = 1;      ///< virtual seconds per real one

    sandbox::Instant virtually(Real instant) const { return start + (instant - anchor) * speed; }
    Real really(sandbox::Instant instant) const { return anchor + (instant - start) / speed; }
};

/// From the start of a process to its end.
struct Life {
    Real from, until{};
    Real told{};             ///< to end; nothing: it was not
    bool was_killed = false; ///< by the torture
};

/// Of a process that nobody ended.
struct End {
    int code = 0;
    Real from, until;
};

/// Everything that something may be done to: the program, its files, its database, the network and
/// the platform. Each function does one thing; which of them, when and for how long is the
/// torture's.
struct Ground {
    struct Wish {
        std::size_t accounts = 4;
        int speed = 1'200; ///< virtual seconds per real one
        unsigned seed = 1;
        std::filesystem::path full_disk; ///< a small one of its own for the spool; may be empty
    };

    explicit Ground(const Wish& wish);

    void start_daemon();
    /// SIGTERM, and SIGKILL if that does not help within 10 s: then false.
    bool stop_daemon();
    void kill_daemon();
    /// Whether it runs; one that went by itself is noted.
    bool daemon_runs();

    std::filesystem::path folder() const { return scratch.path(); }
    std::filesystem::path spool() const { return state / "spool/spool.db"; }
    std::filesystem::path cache() const { return state / "spool/cache.db"; }
    int roll(int least, int most) { return std::uniform_int_distribution{least, most}(dice); }
    /// Throws what the server says when it does so for 5 s.
    void run_sql(const std::string& sql) const;
    /// Cuts off whoever is connected, so that new settings hold for everybody.
    void cut_off() const;
    bool is_drained() const; ///< nothing waits in the spool
    /// For 3 s at most.
    void wait_until_rows_wait() const;
    /// The same for the program that has just been started.
    void wait_until_folder_is_taken() const;

    Wish wish;
    std::mt19937 dice;
    Pace pace;
    insightd::testing::ScratchFolder scratch;
    std::filesystem::path state;
    OwnServer server;
    BoardFile board;
    Platform platform;
    std::vector<std::unique_ptr<Door>> doors; ///< of each host
    std::vector<std::unique_ptr<Line>> lines; ///< to each door
    Line database_line;
    DaemonProcess daemon;
    std::vector<Life> lives;
    std::vector<End> ends;
    std::vector<std::string> complaints;
    std::vector<std::shared_ptr<void>> held; ///< locks and connections, until they are let go
    std::unique_ptr<DaemonProcess> second;   ///< in the folder of the first
};

} // namespace insightd::torture
