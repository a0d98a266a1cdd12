#pragma once

#include "storage/model/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace insightd::scheduling
{

/// One kind of work. The order is the order of importance: what is due at once is done in it.
enum class Job : std::uint8_t {
    story_insights, ///< one story's numbers: gone when it dies
    stories,        ///< the list of stories
    profile,
    media_list,
    account_days,
    audience,
    media_insights, ///< one post's numbers
    conversations,  ///< one call on the way through them
    tags,           ///< the list of media in which the account is tagged
    comments,       ///< one call on the way through the comments of its posts
    mentions,       ///< one media object or comment that mentions it
    publishing_limit,
    competitors, ///< one of them
    live_media,
    token,    ///< the account's token: renewed in time, watched while it is dead
    backfill, ///< a piece of the past
};

inline constexpr std::size_t job_count = 16;

/// The name under which runs of the job are reported: that of its collector.
std::string_view collector_of(Job job);

/// One thing to do for one account.
struct Task {
    Job job{};
    std::uint32_t account = 0; ///< index among the configured accounts
    model::MediaId media = 0;  ///< story_insights and media_insights only

    bool operator==(const Task&) const = default;
};

} // namespace insightd::scheduling
