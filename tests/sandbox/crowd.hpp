#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Who shows and writes what in public: tags, comments and mentions of accounts, as data that tests
/// make and compare rows with.
namespace insightd::sandbox
{

/// A comment, or a reply to one.
struct Remark {
    using Instant = std::chrono::sys_time<std::chrono::microseconds>;

    std::int64_t id = 0;
    Instant at;
    std::int64_t person = 0; ///< Instagram-scoped id; 0: the account itself
    std::string username;
    std::string text;
    std::vector<Remark> replies{};        ///< in order of time
    Instant gone_from = Instant::max();   ///< deleted; its replies with it
    Instant hidden_from = Instant::max(); ///< by the account

    bool is_there(Instant now) const { return at <= now && now < gone_from; }
    /// Likes grow by one in so many minutes.
    std::int64_t likes(Instant now) const;
};

/// A media object of somebody else: the account is tagged in it, or its caption mentions it.
struct Portrait {
    using Instant = Remark::Instant;

    std::int64_t media_id = 0;
    Instant at;
    std::string username;
    std::string caption;
    bool hides_likes = false;
    Instant gone_from = Instant::max(); ///< deleted, or the tag taken off

    bool is_there(Instant now) const { return at <= now && now < gone_from; }
    std::int64_t likes(Instant now) const;
    std::int64_t comments(Instant now) const;
};

struct Crowd {
    std::map<std::size_t, std::vector<Portrait>> tags;     ///< by index of the account
    std::map<std::int64_t, std::vector<Remark>> remarks;   ///< by media id of the post, by time
    std::map<std::size_t, std::vector<Portrait>> mentions; ///< in captions
    std::map<std::size_t, std::vector<Remark>> spoken;     ///< comments elsewhere that mention it
};

/// Comments and replies that are there, as the post's comments_count tells them.
std::int64_t count_remarks(const std::vector<Remark>& remarks, Remark::Instant now);

} // namespace insightd::sandbox
