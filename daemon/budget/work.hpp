#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace insightd::budget
{

/// What calls are made for, the most valuable first.
enum class Work : std::uint8_t {
    story_ends,    ///< a story's reading in its last minutes: there is no other
    stories,       ///< the list of stories, and their readings before that
    lists,         ///< the profile and the list of media: cheap, and they say what changed
    account_days,  ///< can be read later, for as long as the platform keeps them
    fresh_posts,   ///< numbers that still move fast
    conversations, ///< of whose messages only the newest can be read
    old_posts,
    demographics, ///< move over weeks
    backfill,     ///< the past waits
    edges,        ///< what is collected beside all that
    competitors,  ///< other people's numbers
};

inline constexpr std::size_t work_count = 11;

/// How one class of work bears a scarce budget.
struct Manner {
    std::string_view name;
    double shed_at = 0;                ///< percent of the limit from which it is not done
    std::chrono::seconds least_wait{}; ///< before it is asked for again
    double turn_goes_to = 0;           ///< a turn, or the reading of one post, that has begun is
                                       ///< broken off here: what it read would be read again
    std::chrono::milliseconds least_between{}; ///< two calls of one account; 0: nothing is said
    bool counts_for_account = true; ///< else for the app alone, and a refusal stops only its like
};

/// The one table of manners. The platform throttles at 100 and warns at 75; a call that is made
/// while throttled prolongs the block. Source: graph-api.md section 8.
const Manner& manner_of(Work work);

/// One number for each class of work.
template <class T> using PerWork = std::array<T, work_count>;

template <class T> T& at(PerWork<T>& all, Work work)
{
    return all.at(static_cast<std::size_t>(work));
}

template <class T> const T& at(const PerWork<T>& all, Work work)
{
    return all.at(static_cast<std::size_t>(work));
}

} // namespace insightd::budget
