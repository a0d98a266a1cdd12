#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The process that uses a spool while its files fail, and what it tells of itself.
namespace insightd::torture
{

/// What the spool is like when the worker finds it.
enum class Finds {
    nothing, ///< no file yet
    backlog, ///< records of an earlier life
    damage,  ///< the same, with bytes flipped
    no_room, ///< so small that records must go
};
inline constexpr const char* finds_names[]{"nothing there", "a backlog", "damage", "no room"};

/// One thing that the spool said it did.
struct Done {
    enum class What : char { kept = 'k', dropped = 'd', taken = 't', gone = 'g', failed = 'f' };

    What what{};
    std::int64_t number = 0; ///< of the record
};

/// A number is written into each record; those of the backlog are below `first_of_worker`.
inline constexpr std::int64_t records_of_backlog = 12;
inline constexpr std::int64_t first_of_worker = 100;
inline constexpr std::int64_t records_of_worker = 24;

/// Every third is a story, which cannot be fetched again.
bool is_irreplaceable(std::int64_t number);

/// What an earlier life left.
void prepare(Finds finds, const std::filesystem::path& file);

/// Appends, takes out, acknowledges, tells losses; notes each thing in `journal` when it was done,
/// and goes on when something fails, as the daemon does.
int work(Finds finds, const std::filesystem::path& file, const std::filesystem::path& journal);

std::vector<Done> read_journal(const std::filesystem::path& journal);

/// What is in the spool, in its order, and what it says was lost.
struct Left {
    std::vector<std::int64_t> numbers;
    std::int64_t lost_rows = 0;
    bool lost_unknown = false; ///< nobody can tell how many
    bool stories_lost = false;
    std::string trouble; ///< it could not be read at all
};
Left look(const std::filesystem::path& file);

} // namespace insightd::torture
