#pragma once

#include "tests/support/private_postgres.hpp"
#include "tests/torture/board_file.hpp"
#include "tests/torture/daemon_process.hpp"
#include "tests/torture/ledger.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace insightd::torture
{

/// Where the fault strikes.
enum class Scene {
    database_there, ///< from the start on
    database_away,  ///< once it went away: rows go to the spool
    recovery,       ///< in the next life, which finds what waits for the database
};
inline constexpr std::array<std::string_view, 3> scene_names{
    "database there", "database away", "recovery"};

/// From the start of a process to its end.
struct Life {
    Real from, until;
    Real told{}; ///< to end; nothing: it was killed or went by itself
    bool was_killed = false;
    Real first_hit{}, last_hit{}; ///< of the fault; nothing: none
};

struct Outcome {
    bool was_hit = false;
    std::array<std::int64_t, operation_count>
        asked{};  ///< operations of each kind, that could be hit
    int code = 0; ///< with which the life with the fault ended
    Findings findings;
};

/// One fault (first 0: none) in one program with a database, an account's files and a platform of
/// its own: it lives with the fault, then without it until nothing waits any more; then everything
/// is compared.
class Trial
{
public:
    Trial(Scene scene, const Order& order, unsigned seed);
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    Outcome run();

    /// What the program said, of all its lives.
    std::string log() const;

private:
    void configure() const;
    void begin_life(bool is_tortured);
    void torture();
    void note_operations();
    void end_life();
    void live_with_database();
    void live_without_database();
    void live_recovering();
    void live_well();
    bool answered_since(std::int64_t before, std::int64_t more) const;
    bool is_drained() const;
    std::string excuse(const std::string& name, const Answer& answer) const;
    std::string excuse_in(const Life& life, const Answer& answer) const;
    sandbox::Instant virtually(Real instant) const;
    void complain(std::string what) { complaints_.push_back(std::move(what)); }

    Scene scene_;
    Order order_;
    Real anchor_, start_;
    insightd::testing::ScratchFolder scratch_;
    std::string database_;
    BoardFile board_;
    Platform platform_;
    DaemonProcess daemon_;
    std::vector<Life> lives_;
    Ledger ledger_;
    std::vector<insightd::testing::Row> losses_;
    std::vector<std::string> complaints_;
    std::array<std::int64_t, operation_count> before_{};
    Outcome outcome_;
};

} // namespace insightd::torture
