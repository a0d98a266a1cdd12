#include "tests/sandbox/edges.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace insightd::sandbox
{
namespace
{

/// An edge answers so many rows at most.
constexpr std::size_t most_comments = 50;
constexpr std::size_t usual_comments = 25;

std::string cursor_of(std::size_t place)
{
    return fmt::format("QVFI{:x}ZD", place ^ 0x5a5aU);
}

std::size_t place_of(const std::string& cursor, std::size_t end)
{
    if (cursor.empty())
        return 0;
    std::size_t place = 0;
    while (place <= end && cursor_of(place) != cursor)
        ++place;
    return place;
}

json::object cursors(std::size_t from, std::size_t until)
{
    return {{"cursors", json::object{{"before", cursor_of(from)}, {"after", cursor_of(until)}}}};
}

Response answer_of(NodeOutcome outcome)
{
    return outcome.refused ? std::move(*outcome.refused) : sandbox::answer_of(outcome.node);
}

Response no_number(const Call& call)
{
    return refusal(call.request.host, 100, std::nullopt, "(#100) Param limit must be a number");
}

/// Fields of one kind of node; null: the key is left out.
template <class Node> struct NodeField {
    std::string_view name;
    std::function<json::value(const Call&, const Node&)> value;
};

template <class Node, class Table>
NodeOutcome node_of(
    const Call& call, const Node& node, std::int64_t id, const Table& table,
    const std::vector<std::string>& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(call.request.host, fields);
    for (const auto& name : fields) {
        if (name == "id")
            continue;
        const auto field = std::ranges::find(table, name, &NodeField<Node>::name);
        if (field == table.end()) {
            outcome.refused = nonexisting_field(call.request.host, name);
            return outcome;
        }
        auto value = field->value(call, node);
        if (!value.is_null())
            outcome.node[field->name] = std::move(value);
    }
    outcome.node["id"] = std::to_string(id);
    return outcome;
}

// ---- media of others -------------------------------------------------------------------------

const std::vector<NodeField<Portrait>>& portrait_table()
{
    static const std::vector<NodeField<Portrait>> table{
        {"caption", [](const Call&, const Portrait& p) { return json::value(p.caption); }},
        {"media_type", [](const Call&, const Portrait&) { return json::value("IMAGE"); }},
        {"media_product_type", [](const Call&, const Portrait&) { return json::value("FEED"); }},
        {"permalink",
         [](const Call&, const Portrait& p) {
             return json::value(
                 fmt::format("https://www.instagram.com/p/planted_url{:x}/", p.media_id));
         }},
        {"timestamp", [](const Call&, const Portrait& p) { return json::value(timestamp(p.at)); }},
        {"username", [](const Call&, const Portrait& p) { return json::value(p.username); }},
        {"like_count",
         [](const Call& call, const Portrait& p) {
             return p.hides_likes ? json::value(nullptr) : json::value(p.likes(call.now));
         }},
        {"comments_count",
         [](const Call& call, const Portrait& p) { return json::value(p.comments(call.now)); }},
    };
    return table;
}

std::vector<Portrait>
there(const std::map<std::size_t, std::vector<Portrait>>& all, const Call& call)
{
    std::vector<Portrait> found;
    if (const auto own = all.find(call.account); own != all.end())
        for (const auto& portrait : own->second)
            if (portrait.is_there(call.now))
                found.push_back(portrait);
    std::ranges::stable_sort(found, std::ranges::greater{}, &Portrait::at);
    return found;
}

// ---- comments --------------------------------------------------------------------------------

const AccountSpec& own(const Call& call)
{
    return call.world.accounts()[call.account];
}

json::value author(const Call& call, const Remark& remark)
{
    const auto& spec = own(call);
    if (remark.person == 0)
        return json::object{{"id", std::to_string(spec.user_id)}, {"username", spec.username}};
    return json::object{{"id", std::to_string(remark.person)}, {"username", remark.username}};
}

/// A remark where it lies.
struct Placed {
    Remark remark;
    std::int64_t parent = 0;
};

const std::vector<NodeField<Placed>>& remark_table()
{
    static const std::vector<NodeField<Placed>> table{
        {"timestamp",
         [](const Call&, const Placed& p) { return json::value(timestamp(p.remark.at)); }},
        {"text", [](const Call&, const Placed& p) { return json::value(p.remark.text); }},
        {"from", [](const Call& call, const Placed& p) { return author(call, p.remark); }},
        {"username",
         [](const Call& call, const Placed& p) {
             return json::value(p.remark.person == 0 ? own(call).username : p.remark.username);
         }},
        {"user",
         [](const Call& call, const Placed& p) {
             return p.remark.person == 0
                        ? json::value(json::object{{"id", std::to_string(own(call).user_id)}})
                        : json::value(nullptr);
         }},
        {"like_count",
         [](const Call& call, const Placed& p) { return json::value(p.remark.likes(call.now)); }},
        {"hidden", [](const Call& call,
                      const Placed& p) { return json::value(call.now >= p.remark.hidden_from); }},
        {"parent_id",
         [](const Call&, const Placed& p) {
             return p.parent == 0 ? json::value(nullptr) : json::value(std::to_string(p.parent));
         }},
    };
    return table;
}

/// What is wanted of an edge: "replies.limit(50){id,from}".
struct Wanted {
    std::size_t limit = usual_comments;
    std::vector<std::string> fields{"id", "timestamp", "text"};
    std::string after;
};

bool is_replies(const std::string& field)
{
    return field == "replies" || field.starts_with("replies.") || field.starts_with("replies{");
}

Wanted wanted_by(const std::string& field)
{
    Wanted wanted;
    const auto limit = field.find(".limit(");
    if (limit != std::string::npos)
        std::from_chars(field.data() + limit + 7, field.data() + field.size(), wanted.limit);
    wanted.limit = std::min(wanted.limit, most_comments);
    if (field.find('{') != std::string::npos)
        wanted.fields = split_fields(expansion_of(field));
    return wanted;
}

NodeOutcome
remarks_edge(const Call& call, const std::vector<Remark>& all, std::int64_t parent, Wanted wanted);

NodeOutcome remark_node(
    const Call& call, const Remark& remark, std::int64_t parent,
    const std::vector<std::string>& fields)
{
    auto plain = fields;
    std::erase_if(plain, is_replies);
    auto outcome = node_of(call, Placed{remark, parent}, remark.id, remark_table(), plain);
    const auto replies = std::ranges::find_if(fields, is_replies);
    if (outcome.refused || replies == fields.end() || parent != 0)
        return outcome;
    auto edge = remarks_edge(call, remark.replies, remark.id, wanted_by(*replies));
    if (edge.refused)
        return edge;
    if (!edge.node.at("data").as_array().empty())
        outcome.node["replies"] = std::move(edge.node);
    return outcome;
}

/// Comments newest first, replies oldest first.
NodeOutcome
remarks_edge(const Call& call, const std::vector<Remark>& all, std::int64_t parent, Wanted wanted)
{
    std::vector<Remark> rows;
    for (const auto& remark : all)
        if (remark.is_there(call.now))
            rows.push_back(remark);
    if (parent == 0)
        std::ranges::stable_sort(rows, std::ranges::greater{}, &Remark::at);
    const auto begin = place_of(wanted.after, rows.size());
    const auto end = std::min(rows.size(), begin + wanted.limit);
    NodeOutcome outcome;
    json::array data;
    for (auto place = begin; place < end; ++place) {
        auto row = remark_node(call, rows[place], parent, wanted.fields);
        if (row.refused)
            return row;
        data.push_back(std::move(row.node));
    }
    outcome.node["data"] = std::move(data);
    if (begin < end) {
        auto paging = cursors(begin, end);
        if (end < rows.size())
            paging["next"] = "https://graph.example/next?after=" + cursor_of(end);
        outcome.node["paging"] = std::move(paging);
    }
    return outcome;
}

Response remarks_answer(const Call& call, const std::vector<Remark>& all, std::int64_t parent)
{
    const auto limit = limit_of(call.request);
    if (!limit)
        return no_number(call);
    if (*limit > call.faults.most_rows)
        return refusal(
            call.request.host, 1, std::nullopt,
            "Please reduce the amount of data you're asking for, then retry your request", 500);
    Wanted wanted;
    wanted.limit = std::min(*limit, most_comments);
    wanted.after = call.request.param("after");
    if (const auto fields = call.request.param("fields"); !fields.empty())
        wanted.fields = split_fields(fields);
    return answer_of(remarks_edge(call, all, parent, std::move(wanted)));
}

/// "mentioned_media.media_id(17){id}" asks for 17.
std::optional<std::int64_t> id_asked(const std::string& field, const std::string& prefix)
{
    if (!field.starts_with(prefix))
        return std::nullopt;
    std::int64_t id = 0;
    const auto* begin = field.data() + prefix.size();
    const auto [end, error] = std::from_chars(begin, field.data() + field.size(), id);
    return error == std::errc{} && end != field.data() + field.size() && *end == ')'
               ? std::optional{id}
               : std::nullopt;
}

std::vector<std::string> fields_asked(const std::string& field)
{
    return field.find('{') == std::string::npos ? std::vector<std::string>{"id"}
                                                : split_fields(expansion_of(field));
}

NodeOutcome not_there(const Call& call, std::int64_t id)
{
    NodeOutcome outcome;
    outcome.refused = gone(call.request.host, std::to_string(id));
    return outcome;
}

NodeOutcome within(const char* name, NodeOutcome outcome)
{
    if (!outcome.refused)
        outcome.node = json::object{{name, std::move(outcome.node)}};
    return outcome;
}

/// A field of another's media that only its owner may ask for.
bool is_public(const std::string& field)
{
    return field != "permalink" && field != "media_product_type";
}

NodeOutcome mentioned_media(const Call& call, std::int64_t id, const std::string& field)
{
    for (const auto& name : fields_asked(field))
        if (!is_public(name)) {
            NodeOutcome outcome;
            outcome.refused = nonexisting_field(call.request.host, name);
            return outcome;
        }
    for (const auto& portrait : there(call.world.crowd().mentions, call))
        if (portrait.media_id == id)
            return node_of(call, portrait, id, portrait_table(), fields_asked(field));
    return not_there(call, id);
}

NodeOutcome mentioned_comment(const Call& call, std::int64_t id, const std::string& field)
{
    const auto& spoken = call.world.crowd().spoken;
    if (const auto found = spoken.find(call.account); found != spoken.end())
        for (const auto& remark : found->second)
            if (remark.id == id && remark.is_there(call.now))
                return remark_node(call, remark, 0, fields_asked(field));
    return not_there(call, id);
}

} // namespace

Response tag_list(const Call& call)
{
    const auto limit = limit_of(call.request);
    if (!limit)
        return no_number(call);
    if (*limit > call.faults.most_rows)
        return refusal(
            call.request.host, 1, std::nullopt,
            "Please reduce the amount of data you're asking for, then retry your request", 500);
    const auto all = there(call.world.crowd().tags, call);
    const auto begin = place_of(call.request.param("after"), all.size());
    const auto end = std::min(all.size(), begin + *limit);
    json::array rows;
    for (auto place = begin; place < end; ++place) {
        auto row = node_of(
            call, all[place], all[place].media_id, portrait_table(), fields_of(call.request));
        if (row.refused)
            return *row.refused;
        rows.push_back(std::move(row.node));
    }
    json::object body{{"data", std::move(rows)}};
    if (begin < end)
        body["paging"] = cursors(begin, end);
    return sandbox::answer_of(body);
}

Response comment_list(const Call& call, const Media& media)
{
    static const std::vector<Remark> none;
    const auto& remarks = call.world.crowd().remarks;
    const auto found = remarks.find(media.id);
    return remarks_answer(call, found != remarks.end() ? found->second : none, 0);
}

std::optional<Response> comment_answer(const Call& call, std::int64_t id, const std::string& edge)
{
    for (const auto& [media_id, remarks] : call.world.crowd().remarks) {
        const auto media = call.world.media(media_id, call.now);
        if (!media || media->account != call.account)
            continue;
        for (const auto& remark : remarks)
            if (remark.id == id && remark.is_there(call.now) && edge == "replies")
                return remarks_answer(call, remark.replies, id);
    }
    return std::nullopt;
}

std::optional<NodeOutcome> mentioned(const Call& call, const std::string& field)
{
    if (const auto id = id_asked(field, "mentioned_media.media_id("))
        return within("mentioned_media", mentioned_media(call, *id, field));
    if (const auto id = id_asked(field, "mentioned_comment.comment_id("))
        return within("mentioned_comment", mentioned_comment(call, *id, field));
    return std::nullopt;
}

} // namespace insightd::sandbox
