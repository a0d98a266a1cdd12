#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/reading.hpp"
#include "storage/model/time.hpp"

#include <string>

namespace insightd::model
{

/// Numbers of a story that the platform told by itself, when the story had ended.
/// Source: graph-api.md section 7.
struct StoryPush {
    AccountId account_id{};
    MediaId media_id{};
    Instant pushed_at;   ///< as the platform says, to the second or the millisecond
    Instant received_at; ///< by the clock of the daemon
    Readings readings;   ///< under today's names; of `navigation` only some cells, and no total
    std::string told;    ///< the numbers as they were sent, JSON

    /// Whether it tells any, and not only that there were too few viewers.
    bool has_numbers() const;
};

} // namespace insightd::model
