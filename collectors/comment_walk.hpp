#pragma once

#include "collectors/collected.hpp"
#include "collectors/comments.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/graph/page_size.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <map>
#include <set>
#include <vector>

namespace insightd::collectors
{

/// The way through the comments of an account's posts, a call at a time: between them whatever is
/// worth more is read. A poll goes through the posts whose number of comments moved, as the media
/// list tells it, the newest first; of each it reads the newest comments with their replies, page
/// by page, until as many are new as the number rose, or more that came since. Where that does not
/// come out (one was deleted, or a reply lies deep) it reads on to the end: only such an entire
/// reading tells which are gone. Where one went and another came no number tells: a day after the
/// last deep reading of a post that moved since there is another.
/// Pure: it says what to ask and takes the answer.
class CommentWalk
{
public:
    explicit CommentWalk(const config::Account& account);

    /// What the store has.
    void remember(const std::vector<model::KnownComments>& known);

    /// What a list tells of posts; stories have none.
    void listed(const std::vector<model::Media>& media);

    /// These are stored: what lies below them is not read again.
    void learn(const std::vector<model::CommentReading>& stored);

    /// Whether a poll is not at its end.
    bool is_under_way() const { return is_reading_; }

    /// Begins a poll unless one is under way. False: nothing moved, there is no call to make.
    bool begin(model::Instant now);

    /// The next call of the poll under way.
    graph::Request next(model::Instant now);

    /// What the answer to it comes to. A failure that is the account's, or may pass, leaves the
    /// walk where it is. A post that is refused is passed over, and told at the end of the poll as
    /// a failure of a part.
    Collected take(
        const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& names,
        model::Instant now);

private:
    struct Post {
        model::Instant published_at;
        std::optional<std::int64_t> listed; ///< number of comments; nothing: not told in this life
        std::optional<model::KnownComments> known;
        model::Instant refused_at; ///< the epoch if it was not
    };

    /// Replies that did not come along with their comment.
    struct Branch {
        std::string comment, after;
    };

    /// The post that is being read.
    struct Reading {
        std::int64_t listed = 0;
        std::vector<model::Comment> rows;
        std::set<std::string> keys;
        std::deque<Branch> branches;
        std::optional<std::string> after; ///< where the next page begins
        std::set<std::string> cursors;    ///< that led here: none leads anywhere twice
        bool is_deep = false;             ///< it goes on to the end in any case
        bool meets_known = false;         ///< a comment of an earlier reading is among them
        std::size_t pages = 0;
    };

    using Trouble = std::optional<graph::Failure>;
    static bool has_moved(const Post& post, model::Instant now);
    static bool is_deep_due(const Post& post, model::Instant now);
    void read_next(model::Instant now);
    std::string details() const;
    Trouble take_body(const boost::json::value& body, const PublicRules& rules);
    Trouble take_branch(const boost::json::value& body, const PublicRules& rules);
    void add(const ToldComment& told, const std::string& parent_id, const PublicRules& rules);
    bool add_branch(const std::string& comment, const std::optional<std::string>& after);
    bool is_known(const model::Comment& row) const;
    std::int64_t fresh() const;
    bool is_complete() const;
    std::int64_t count_reached() const;
    static bool is_entire(const Reading& reading);
    bool is_at_end() const;
    bool recover(const graph::Failure& failure, model::Instant now);
    bool ask_otherwise(const graph::Failure& failure);
    void pass_over(graph::Failure failure, model::Instant now);
    model::CommentReading finished(model::Instant now) const;
    Collected end_poll(Collected collected);

    const config::Account& account_;
    std::map<model::MediaId, Post> posts_;
    graph::PageSize page_size_;
    RefusedFields refused_;

    bool is_reading_ = false;
    model::Instant called_at_;
    int tries_ = 0; ///< of this call that failed
    std::size_t calls_ = 0;
    std::vector<model::MediaId> targets_;
    Reading reading_;
    std::size_t read_ = 0; ///< posts of this poll
    std::vector<graph::Failure> passed_over_;
};

/// One call of the walk, made once; none if nothing moved.
boost::asio::awaitable<Collected> collect_comments(
    graph::Client& api, CommentWalk& walk, const model::Pseudonyms& names, model::Instant now);

} // namespace insightd::collectors
