#pragma once

#include "tests/sandbox/server.hpp"
#include "tests/soak/clock/governed.hpp"
#include "tests/support/private_postgres.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <sys/types.h>

namespace insightd::soak
{

/// How much is collected, and how fast time passes at best.
struct Wish {
    std::size_t accounts = 500;
    int posts = 50; ///< of each account at every moment: for each new one the oldest is deleted
    double days = 30;
    int speed = 1'500; ///< simulated seconds in a real one, at most
    unsigned seed = 1;
};

/// `insightd run` in a process of its own, the platform in this one, and a private PostgreSQL: the
/// only thing between them and the real world is the clock.
class Stage
{
public:
    explicit Stage(const Wish& wish);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// From here on time passes. Returns once the program shows its pages; throws
    /// std::runtime_error if it does not within a minute.
    void start_daemon();
    /// SIGTERM. Its exit code, or nothing if it did not end within 10 s.
    std::optional<int> stop_daemon();
    /// Whether it still runs.
    bool daemon_runs();
    pid_t daemon() const { return daemon_; }
    std::uint16_t port() const { return port_; } ///< of its pages

    void allow_database(bool allowed) const;
    const std::string& database() const { return database_; }

    GovernedClock& clock() { return clock_; }
    /// Simulated hours since the begin.
    double hours() const;
    sandbox::Instant now() const;

    std::int64_t calls() const { return calls_; }
    std::int64_t renewals() const { return renewals_; } ///< tokens exchanged for others
    std::filesystem::path log() const { return folder_.path() / "log"; }

private:
    void configure();
    void hand_out_tokens();
    void wait_for_pages();

    Wish wish_;
    testing::ScratchFolder folder_;
    GovernedClock clock_;
    std::int64_t anchor_; ///< microseconds of the governed clock at the begin
    std::string database_;
    sandbox::Faults faults_;
    sandbox::World world_;
    sandbox::Api api_;
    boost::asio::io_context loop_{1};
    sandbox::Server server_;
    std::atomic<std::int64_t> calls_ = 0;
    std::atomic<std::int64_t> renewals_ = 0;
    std::thread platform_;
    pid_t daemon_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace insightd::soak
