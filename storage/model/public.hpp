#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What others show and write in public: media in which the account is tagged, comments, mentions.
namespace insightd::model
{

/// Whoever shows or writes something, as keyed hashes: one of the Instagram-scoped id, one of the
/// username. Either may not be told.
struct Author {
    std::optional<std::string> key;
    std::optional<std::string> name_key;

    bool operator==(const Author&) const = default;
};

/// Words and names: kept only where the account's texts of this kind are asked for.
struct PublicText {
    std::optional<std::string> text;
    std::string author_id; ///< Instagram-scoped; empty if not told
    std::optional<std::string> username;
    std::optional<std::string> permalink;

    bool operator==(const PublicText&) const = default;
};

/// One reading of a media object in which the account is tagged.
struct TaggedMedia {
    MediaId id{};
    Instant observed_at;
    std::optional<Instant> published_at;
    std::string media_type, product_type; ///< empty where the API sent none
    Author author;
    std::optional<std::int64_t> like_count, comments_count; ///< likes: nothing where hidden
    std::optional<PublicText> text;                         ///< nothing in metadata mode
};

/// One comment or reply.
struct Comment {
    std::string key;        ///< keyed hash of its id
    std::string parent_key; ///< of the comment that it replies to; empty: of none
    Instant created_at;
    bool is_own = false; ///< the account wrote it
    Author author;       ///< nobody if the account did
    std::optional<std::int64_t> like_count;
    std::optional<bool> is_hidden;
    std::optional<PublicText> text; ///< nothing in metadata mode

    bool operator==(const Comment&) const = default;
};

/// One reading of the comments of a post, stored together with them: what lies below is not read
/// again.
struct CommentReading {
    MediaId media_id{};
    Instant observed_at;
    std::int64_t comments_count = 0;  ///< as the media list told before the reading
    std::int64_t count_reached = 0;   ///< what it would have told right after it
    std::string newest_key;           ///< of the newest comment or reply; empty without any
    std::optional<Instant> newest_at; ///< when that was written
    bool is_entire = false;           ///< every comment that is there is among these
    bool is_deep = false;             ///< it is entire, or goes as deep as readings go
    std::vector<Comment> comments;
};

/// What the store remembers of such a reading.
struct KnownComments {
    MediaId media_id{};
    Instant read_at;
    std::optional<Instant> deep_at; ///< the last deep reading
    std::int64_t comments_count = 0;
    std::int64_t count_reached = 0;
    std::string newest_key;
    std::optional<Instant> newest_at;

    bool operator==(const KnownComments&) const = default;
};

/// Where the account is mentioned: in a caption, or in a comment.
struct MentionPlace {
    MediaId media_id{};
    std::int64_t comment_id = 0; ///< 0: in the caption

    auto operator<=>(const MentionPlace&) const = default;
};

/// A mention as the platform pushed it: there is no list of them.
struct Mention {
    AccountId account_id{};
    MentionPlace place;
    Instant pushed_at;   ///< as the platform says
    Instant received_at; ///< by the clock of the daemon
};

/// One reading of where the account is mentioned.
struct MentionReading {
    MentionPlace place;
    Instant pushed_at;
    Instant observed_at;
    bool is_gone = false; ///< the platform does not answer it any more
    std::optional<Instant> published_at;
    std::string media_type;
    Author author;
    std::optional<std::int64_t> like_count, comments_count;
    std::optional<PublicText> text; ///< nothing in metadata mode
};

/// What the store remembers of a mention.
struct KnownMention {
    MentionPlace place;
    Instant pushed_at;
    std::optional<Instant> read_at;
    bool is_gone = false;

    bool operator==(const KnownMention&) const = default;
};

} // namespace insightd::model
