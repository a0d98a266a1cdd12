#pragma once

#include "daemon/status_page/facts.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// How each account stands, and what it needs: decisions, no markup.
namespace insightd::status_page
{

/// Worst first.
enum class Level : std::uint8_t {
    stopped,   ///< nothing is collected until somebody does something
    needs_you, ///< something fails that time does not heal
    attention, ///< it works still, and somebody should do something
    trying,    ///< it failed, and is tried again by itself
    waits,     ///< for the platform, or it is late
    unknown,   ///< nothing was collected yet
    well,
};

/// One collector that fails.
struct Failing {
    std::string collector;
    std::string words; ///< what it is
    std::string error; ///< as the platform said it: others' words
    std::string mend;  ///< empty: time heals
    std::optional<model::Instant> next_try;
    std::int64_t in_row = 0;
};

struct Standing {
    model::AccountId id{};
    std::string name;
    Level level = Level::unknown;
    std::string words;                     ///< "Collected", "The token is not accepted any more"
    std::string error;                     ///< more of it: others' words; may be empty
    std::string mend;                      ///< what to do: a command, or in words; may be empty
    std::optional<model::Instant> read_at; ///< the last success of any collector
    std::optional<Token> token;
    Budget budget;
    std::optional<std::int64_t> stories_open; ///< nothing: not known
    std::int64_t gaps_open = 0, gaps_lost = 0;
    std::string owner; ///< "host:pid" of another instance that collects it; else empty
    std::vector<Failing> failing;
};

/// Of each account, worst first, then by name.
std::vector<Standing>
standings_of(const DaemonNow& now, const Stored<model::ShownAccounts>& stored);

/// How many of them stand so.
std::size_t count_of(const std::vector<Standing>& all, Level level);

/// Those whose name has these letters, whatever their case.
std::vector<Standing> named_like(std::vector<Standing> all, std::string_view letters);

/// Open stories, those that end first: from memory where the store does not tell.
struct OpenStories {
    std::vector<model::ShownStory> first;
    std::int64_t all = 0;
};
OpenStories open_stories_of(const DaemonNow& now, const Stored<model::ShownAccounts>& stored);

/// Whether this is to be typed as it stands.
bool is_command(std::string_view mend);

} // namespace insightd::status_page
