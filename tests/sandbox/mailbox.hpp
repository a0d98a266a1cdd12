#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Who writes what to whom: messages of accounts, as data that tests make and compare rows with.
namespace insightd::sandbox
{

struct Letter {
    std::chrono::sys_time<std::chrono::microseconds> at;
    bool from_customer = true;
    std::string text;
    std::string extra{}; ///< image, video, share, reply, mention, love, unsupported; empty: none
};

/// A conversation with one person; its letters are in order of time.
struct Chat {
    std::int64_t person = 0; ///< Instagram-scoped id
    std::string username;
    bool is_request = false; ///< in the Requests folder: not listed when idle for 30 days
    std::vector<Letter> letters;
};

/// By index of the account.
using Mailbox = std::map<std::size_t, std::vector<Chat>>;

/// What a made-up mailbox is like.
struct MailboxPlan {
    std::uint64_t seed = 1;
    std::size_t chats = 10;
    std::chrono::sys_time<std::chrono::microseconds> from;
    std::chrono::hours span{24};
    std::size_t bursts = 3;       ///< of each chat
    std::size_t most_at_once = 5; ///< letters of a burst
    /// Bursts of one chat lie at least so far apart.
    std::chrono::minutes apart{60};
};
std::vector<Chat> made_up_chats(const MailboxPlan& plan);

} // namespace insightd::sandbox
