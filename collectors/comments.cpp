#include "collectors/comments.hpp"

#include "collectors/collected.hpp"
#include "collectors/graph/paging.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <set>

namespace insightd::collectors
{
namespace
{

std::string id_in(const json::value& node, std::string_view name)
{
    const auto number = integer_in(node, name);
    return number ? std::to_string(*number) : text_in(node, name).value_or(std::string{});
}

std::string parent_of(const json::value& node)
{
    auto id = id_in(node, "parent_id");
    const auto* parent = member(node, "parent");
    return id.empty() && parent != nullptr ? id_in(*parent, "id") : id;
}

/// How deep a comment lies: a reply has no replies of its own.
enum class Level { comment, reply };

graph::Outcome<ToldComments> page_of(const json::value& edge, Level level);

graph::Outcome<ToldComment> comment(const json::value& node, Level level)
{
    ToldComment told;
    told.id = id_in(node, "id");
    const auto created_at = instant_in(node, "timestamp");
    if (told.id.empty() || !created_at)
        return malformed("a comment without `id` or `timestamp`");
    told.created_at = *created_at;
    told.parent_id = parent_of(node);
    told.author = author_in(node);
    told.like_count = integer_in(node, "like_count");
    told.is_hidden = flag_in(node, "hidden");
    told.text = text_in(node, "text");
    const auto* edge = level == Level::comment ? member(node, "replies") : nullptr;
    if (edge == nullptr)
        return told;
    auto replies = page_of(*edge, Level::reply);
    if (!replies)
        return replies.error();
    told.replies = std::move(replies->rows);
    told.replies_after = std::move(replies->after);
    return told;
}

/// One that is listed twice is kept once.
graph::Outcome<ToldComments> page_of(const json::value& edge, Level level)
{
    const auto* rows = array_in(edge, "data");
    if (rows == nullptr)
        return malformed("a list of comments without `data`");
    ToldComments told;
    std::set<std::string> seen;
    for (const auto& row : *rows) {
        auto one = comment(row, level);
        if (!one)
            return one.error();
        if (seen.insert(one->id).second)
            told.rows.push_back(std::move(*one));
    }
    auto after = graph::next_cursor(edge);
    if (!after)
        return after.error();
    told.after = std::move(*after);
    return told;
}

} // namespace

graph::Outcome<ToldComments> decode_comments(const boost::json::value& body)
{
    return page_of(body, Level::comment);
}

model::Comment
comment_row(const ToldComment& told, const std::string& parent_id, const PublicRules& rules)
{
    model::Comment row;
    row.key = rules.names.of_comment(rules.account, told.id);
    const auto& parent = parent_id.empty() ? told.parent_id : parent_id;
    if (!parent.empty())
        row.parent_key = rules.names.of_comment(rules.account, parent);
    row.created_at = told.created_at;
    row.is_own = rules.is_own(told.author);
    row.author = rules.author_of(told.author);
    row.like_count = told.like_count;
    row.is_hidden = told.is_hidden;
    row.text = rules.text_of(told.author, told.text, std::nullopt);
    return row;
}

} // namespace insightd::collectors
