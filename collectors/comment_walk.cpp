#include "collectors/comment_walk.hpp"

#include "collectors/graph/url.hpp"
#include "collectors/json_access.hpp"
#include "collectors/public_media.hpp"
#include "collectors/walk_failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::collectors
{
namespace
{

using graph::FailureClass;

/// The fields of a comment; the words only where they are kept.
constexpr std::array fields{Field{"id"},     Field{"timestamp"}, Field{"like_count"},
                            Field{"hidden"}, Field{"parent_id"}, Field{"from"},
                            Field{"user"},   Field{"username"},  Field{"text"}};

/// The platform answers so many of an edge at most. Source: Meta's page "Comments" (unverified for
/// replies).
constexpr std::size_t rows_of_page = 50;

/// A post is read so deep at most: a thousand comments, newest first.
constexpr std::size_t most_pages = 20;

/// Of one poll; a post that is begun is read to its end. The rest moves on to the next poll.
constexpr std::size_t most_calls = 60;

/// What was refused is tried again then, even if its number stands still.
constexpr std::chrono::hours refusals_remembered{6};

/// A poll that stood still for so long begins anew: its cursors are too old.
constexpr std::chrono::minutes poll_goes_stale{30};

/// A post that moved is read to its end so often at least.
constexpr std::chrono::hours deep_every{24};

void learn_one(std::optional<model::KnownComments>& known, const model::CommentReading& row)
{
    const auto deep_at = row.is_deep ? std::optional{row.observed_at}
                         : known     ? known->deep_at
                                     : std::nullopt;
    known =
        model::KnownComments{row.media_id,      row.observed_at, deep_at,      row.comments_count,
                             row.count_reached, row.newest_key,  row.newest_at};
}

/// Whether it tells how many there are: far from where the difference of two would be no number.
bool is_count(const std::optional<std::int64_t>& told)
{
    constexpr std::int64_t most = std::int64_t{1} << 40;
    return told && *told >= 0 && *told <= most;
}

} // namespace

CommentWalk::CommentWalk(const config::Account& account)
    : account_{account}, page_size_{rows_of_page}
{
}

void CommentWalk::remember(const std::vector<model::KnownComments>& known)
{
    posts_.clear();
    for (const auto& reading : known)
        posts_[reading.media_id].known = reading;
}

void CommentWalk::listed(const std::vector<model::Media>& media)
{
    for (const auto& row : media) {
        if (!is_count(row.comments_count) || row.product_type == "STORY")
            continue;
        auto& post = posts_[row.id];
        post.published_at = row.published_at;
        post.listed = row.comments_count;
    }
}

void CommentWalk::learn(const std::vector<model::CommentReading>& stored)
{
    for (const auto& row : stored)
        learn_one(posts_[row.media_id].known, row);
}

// ---- what to ask -----------------------------------------------------------------------------

bool CommentWalk::has_moved(const Post& post, model::Instant now)
{
    if (!post.listed || now < post.refused_at + refusals_remembered)
        return false;
    const auto before = post.known ? post.known->count_reached : 0;
    return *post.listed != before || is_deep_due(post, now);
}

bool CommentWalk::is_deep_due(const Post& post, model::Instant now)
{
    const auto& known = post.known;
    return known && known->deep_at && known->read_at > *known->deep_at &&
           now >= *known->deep_at + deep_every;
}

bool CommentWalk::begin(model::Instant now)
{
    if (is_reading_ && now < called_at_ + poll_goes_stale)
        return true;
    std::vector<std::pair<model::Instant, model::MediaId>> moved;
    for (const auto& [id, post] : posts_)
        if (has_moved(post, now))
            moved.emplace_back(post.published_at, id);
    std::ranges::sort(moved, std::ranges::greater{});
    targets_.clear();
    for (const auto& [published_at, id] : moved)
        targets_.push_back(id);
    calls_ = 0;
    read_ = 0;
    passed_over_.clear();
    read_next(now);
    return is_reading_;
}

void CommentWalk::read_next(model::Instant now)
{
    reading_ = {};
    tries_ = 0;
    is_reading_ = !targets_.empty() && calls_ < most_calls;
    if (!is_reading_)
        return;
    const auto& post = posts_.at(targets_.front());
    reading_.listed = post.listed.value_or(0);
    reading_.is_deep = is_deep_due(post, now);
}

std::string CommentWalk::details() const
{
    return joined(public_fields(fields, account_.login, account_.comments, refused_));
}

graph::Request CommentWalk::next(model::Instant now)
{
    called_at_ = now;
    ++calls_;
    const auto limit = std::to_string(page_size_.rows());
    if (!reading_.branches.empty()) {
        const auto& branch = reading_.branches.front();
        return {
            graph::escaped(branch.comment) + "/replies",
            {{"fields", details()}, {"limit", limit}, {"after", branch.after}}};
    }
    graph::Request request{
        std::to_string(targets_.front()) + "/comments",
        {{"fields", fmt::format("{0},replies.limit({1}){{{0}}}", details(), limit)},
         {"limit", limit}}};
    if (reading_.after)
        request.params.emplace_back("after", *reading_.after);
    return request;
}

// ---- what the answer says --------------------------------------------------------------------

Collected CommentWalk::take(
    const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& names, model::Instant now)
{
    const PublicRules rules{account_.user_id, account_.comments, names};
    auto trouble = answer ? take_body(answer->body, rules) : Trouble{answer.error()};
    if (trouble && !recover(*trouble, now))
        return Collected{std::move(*trouble)};
    Collected collected;
    if (!trouble) {
        tries_ = 0;
        page_size_.worked();
        if (is_complete() || is_at_end()) {
            collected.rows.comments.push_back(finished(now));
            ++read_;
            targets_.erase(targets_.begin());
            read_next(now);
        }
    }
    return end_poll(std::move(collected));
}

CommentWalk::Trouble
CommentWalk::take_body(const boost::json::value& body, const PublicRules& rules)
{
    if (!reading_.branches.empty())
        return take_branch(body, rules);
    const auto page = decode_comments(body);
    if (!page)
        return page.error();
    if (page->after && !reading_.cursors.insert(*page->after).second)
        return malformed("a list of comments whose cursors run in a circle");
    reading_.after = page->after;
    ++reading_.pages;
    for (const auto& told : page->rows) {
        add(told, {}, rules);
        reading_.meets_known = reading_.meets_known || is_known(reading_.rows.back());
        for (const auto& reply : told.replies)
            add(reply, told.id, rules);
        if (!add_branch(told.id, told.replies_after))
            return malformed("a list of replies whose cursors run in a circle");
    }
    return std::nullopt;
}

CommentWalk::Trouble
CommentWalk::take_branch(const boost::json::value& body, const PublicRules& rules)
{
    const auto page = decode_comments(body);
    if (!page)
        return page.error();
    const auto comment = reading_.branches.front().comment;
    for (const auto& reply : page->rows)
        add(reply, comment, rules);
    reading_.branches.pop_front();
    ++reading_.pages;
    if (!add_branch(comment, page->after))
        return malformed("a list of replies whose cursors run in a circle");
    return std::nullopt;
}

/// One that comes again, for the list moved on between two pages, stays as it is.
void CommentWalk::add(
    const ToldComment& told, const std::string& parent_id, const PublicRules& rules)
{
    auto row = comment_row(told, parent_id, rules);
    if (reading_.keys.insert(row.key).second)
        reading_.rows.push_back(std::move(row));
}

/// False if the cursor led here before.
bool CommentWalk::add_branch(const std::string& comment, const std::optional<std::string>& after)
{
    if (!after)
        return true;
    reading_.branches.push_back({comment, *after});
    return reading_.cursors.insert(comment + " " + *after).second;
}

// ---- how far it goes -------------------------------------------------------------------------

/// Whether an earlier reading had it. Several may be of one second: only the very one that was the
/// newest tells.
bool CommentWalk::is_known(const model::Comment& row) const
{
    const auto& known = posts_.at(targets_.front()).known;
    return known && known->newest_at &&
           (row.created_at < *known->newest_at || row.key == known->newest_key);
}

std::int64_t CommentWalk::fresh() const
{
    return std::ranges::count_if(
        reading_.rows, [this](const model::Comment& row) { return !is_known(row); });
}

/// Whether it met what was known, and as many are new as the number of comments rose. If more are,
/// they came since the list was read, or one went: then the next number does not fit.
bool CommentWalk::is_complete() const
{
    const auto& known = posts_.at(targets_.front()).known;
    if (!known || !reading_.meets_known || reading_.is_deep)
        return false;
    const auto rise = reading_.listed - known->count_reached;
    return rise >= 0 && fresh() >= rise;
}

/// After a reading that was cut short nobody knows. A number that does not fit all that are there,
/// and is told again, is the platform's way to count.
std::int64_t CommentWalk::count_reached() const
{
    const auto& known = posts_.at(targets_.front()).known;
    if (!is_entire(reading_))
        return is_complete() ? known->count_reached + fresh() : reading_.listed;
    const bool is_told_again = known && known->comments_count == reading_.listed;
    const auto seen = static_cast<std::int64_t>(reading_.rows.size());
    return is_told_again ? reading_.listed : std::max(reading_.listed, seen);
}

bool CommentWalk::is_entire(const Reading& reading)
{
    return !reading.after && reading.branches.empty();
}

bool CommentWalk::is_at_end() const
{
    return is_entire(reading_) || reading_.pages >= most_pages;
}

// ---- what becomes of it ----------------------------------------------------------------------

/// Whether the walk goes on all the same.
bool CommentWalk::recover(const graph::Failure& failure, model::Instant now)
{
    if (failure.kind == FailureClass::held_back)
        return false;
    ++tries_;
    if (ask_otherwise(failure))
        return true;
    if (is_of_account(failure.kind) || (may_pass(failure.kind) && tries_ < most_tries))
        return false;
    pass_over(failure, now);
    return true;
}

/// The same without a field, or in smaller pages.
bool CommentWalk::ask_otherwise(const graph::Failure& failure)
{
    if (failure.kind == FailureClass::too_much_data)
        return page_size_.shrink();
    auto names = field_names(fields, account_.login, refused_);
    std::erase(names, "timestamp");
    return drop_refused_field(names, failure, refused_);
}

/// A post that was deleted since the list told of it is no failure.
void CommentWalk::pass_over(graph::Failure failure, model::Instant now)
{
    posts_.at(targets_.front()).refused_at = now;
    if (failure.kind != FailureClass::object_gone)
        passed_over_.push_back(std::move(failure));
    targets_.erase(targets_.begin());
    if (read_ == 0 && passed_over_.size() >= enough_refused)
        targets_.clear();
    read_next(now);
}

model::CommentReading CommentWalk::finished(model::Instant now) const
{
    const auto& known = posts_.at(targets_.front()).known;
    model::CommentReading reading;
    reading.media_id = targets_.front();
    reading.observed_at = now;
    reading.comments_count = reading_.listed;
    reading.count_reached = count_reached();
    reading.is_entire = is_entire(reading_);
    reading.is_deep = is_at_end();
    if (known && !reading.is_entire) {
        reading.newest_key = known->newest_key;
        reading.newest_at = known->newest_at;
    }
    for (const auto& row : reading_.rows)
        if (!reading.newest_at || row.created_at > *reading.newest_at) {
            reading.newest_at = row.created_at;
            reading.newest_key = row.key;
        }
    reading.comments = reading_.rows;
    return reading;
}

Collected CommentWalk::end_poll(Collected collected)
{
    if (is_reading_ || passed_over_.empty())
        return collected;
    auto failure = passed_over_.front();
    failure.message = fmt::format(
        "comments of {} posts could not be read: {}", passed_over_.size(), failure.message);
    passed_over_.clear();
    collected.failure = std::move(failure);
    collected.is_of_a_part = read_ > 0;
    return collected;
}

boost::asio::awaitable<Collected> collect_comments(
    graph::Client& api, CommentWalk& walk, const model::Pseudonyms& names, model::Instant now)
{
    if (!walk.begin(now))
        co_return Collected{};
    auto request = walk.next(now);
    const auto answer = co_await api.get_once(std::move(request));
    co_return walk.take(answer, names, now);
}

} // namespace insightd::collectors
