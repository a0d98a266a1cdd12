#include "collectors/conversations.hpp"

#include "collectors/collected.hpp"
#include "collectors/graph/node.hpp"
#include "collectors/graph/paging.hpp"
#include "collectors/json_access.hpp"
#include "config/instant.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace insightd::collectors
{
namespace
{

constexpr double first_in_milliseconds = 1e11; // as seconds this is the year 5138

std::string text_or_empty(const json::value& node, std::string_view name)
{
    return text_in(node, name).value_or(std::string{});
}

/// Ids come as text, and as numbers.
std::string id_in(const json::value& node, std::string_view name)
{
    const auto number = integer_in(node, name);
    return number ? std::to_string(*number) : text_or_empty(node, name);
}

/// `{"data": […]}` under that name; nullptr if there is none.
const json::array* rows_in(const json::value& node, std::string_view name)
{
    const auto* edge = member(node, name);
    return edge != nullptr ? array_in(*edge, "data") : nullptr;
}

std::optional<ToldPerson> person(const json::value& node)
{
    ToldPerson told{id_in(node, "id"), id_in(node, "user_id"), text_in(node, "username")};
    if (told.id.empty())
        told.id = told.user_id;
    return told.id.empty() ? std::nullopt : std::optional{std::move(told)};
}

std::vector<ToldPerson> people_in(const json::value& node, std::string_view name)
{
    std::vector<ToldPerson> people;
    if (const auto* rows = rows_in(node, name))
        for (const auto& row : *rows)
            if (auto told = person(row))
                people.push_back(std::move(*told));
    return people;
}

bool is_true(const json::value& node, std::string_view name)
{
    return flag_in(node, name).value_or(text_in(node, name) == "true");
}

/// Where an attachment of a kind keeps its URL.
struct Place {
    std::string_view member, kind;
};
constexpr std::array places{Place{"image_data", "image"}, Place{"video_data", "video"}};

constexpr std::array<std::string_view, 3> media_kinds{"image", "video", "audio"};

/// "image" of "image/jpeg"; a file otherwise.
std::string kind_of_file(const json::value& node)
{
    const auto type = text_or_empty(node, "mime_type");
    for (const auto kind : media_kinds)
        if (type.starts_with(kind))
            return std::string{kind};
    return member(node, "file_url") != nullptr ? "file" : "other";
}

std::pair<std::string, std::string> attachment(const json::value& node)
{
    for (const auto& place : places)
        if (const auto* data = member(node, place.member))
            return {std::string{place.kind}, text_or_empty(*data, "url")};
    return {kind_of_file(node), text_or_empty(node, "file_url")};
}

std::pair<std::string, std::string> share(const json::value& node)
{
    const bool is_product = member(node, "template") != nullptr;
    return {is_product ? "product" : "link", text_or_empty(node, "link")};
}

template <class Read> auto all_in(const json::value& node, std::string_view name, Read read)
{
    std::vector<decltype(read(node))> all;
    if (const auto* rows = rows_in(node, name))
        for (const auto& row : *rows)
            all.push_back(read(row));
    return all;
}

std::pair<std::string, std::int64_t> reaction(const json::value& node)
{
    const auto* users = array_in(node, "users");
    const auto count = users != nullptr ? static_cast<std::int64_t>(users->size()) : 1;
    return {text_in(node, "reaction").value_or("other"), count};
}

constexpr std::array story_kinds{
    std::pair{std::string_view{"reply_to"}, std::string_view{"reply"}},
    std::pair{std::string_view{"mention"}, std::string_view{"mention"}}};

void read_story(const json::value& node, ToldMessage& told)
{
    const auto* story = member(node, "story");
    if (story == nullptr)
        return;
    for (const auto& [name, kind] : story_kinds)
        if (const auto* found = member(*story, name); found != nullptr && told.story.empty()) {
            told.story = kind;
            told.story_id = id_in(*found, "id");
            told.story_url = text_or_empty(*found, "link");
        }
}

std::optional<ToldMessage> message(const json::value& node)
{
    const auto* created = member(node, "created_time");
    const auto created_at = created != nullptr ? message_time(*created) : std::nullopt;
    ToldMessage told;
    told.id = id_in(node, "id");
    if (told.id.empty() || !created_at)
        return std::nullopt;
    told.created_at = *created_at;
    if (const auto* from = member(node, "from"))
        told.from = person(*from);
    told.to = people_in(node, "to");
    told.text = text_in(node, "message");
    if (told.text && told.text->empty())
        told.text.reset();
    told.is_unsupported = is_true(node, "is_unsupported");
    told.attachments = all_in(node, "attachments", attachment);
    told.shares = all_in(node, "shares", share);
    told.reactions = all_in(node, "reactions", reaction);
    read_story(node, told);
    return told;
}

/// A message that is listed twice is kept once.
graph::Outcome<ToldMessages> messages(const json::value& edge)
{
    const auto* rows = array_in(edge, "data");
    if (rows == nullptr)
        return malformed("a list of messages without `data`");
    ToldMessages told;
    std::set<std::string> seen;
    for (const auto& row : *rows) {
        auto one = message(row);
        if (!one)
            return malformed("a message without `id` or `created_time`");
        if (seen.insert(one->id).second)
            told.rows.push_back(std::move(*one));
    }
    auto after = graph::next_cursor(edge);
    if (!after)
        return after.error();
    told.after = std::move(*after);
    return told;
}

std::vector<std::string> kinds_of(const std::vector<std::pair<std::string, std::string>>& told)
{
    std::vector<std::string> kinds;
    for (const auto& [kind, url] : told)
        kinds.push_back(kind);
    return kinds;
}

void add_urls(
    model::MessageText& text, const std::vector<std::pair<std::string, std::string>>& told)
{
    for (const auto& [kind, url] : told)
        if (!url.empty())
            text.urls.emplace_back(kind, url);
}

model::MessageText text_of(const ToldMessage& told, bool with_urls)
{
    model::MessageText text;
    text.text = told.text;
    text.sender_id = told.from->id;
    text.sender_username = told.from->username;
    if (!with_urls)
        return text;
    add_urls(text, told.attachments);
    add_urls(text, told.shares);
    if (!told.story_url.empty())
        text.urls.emplace_back("story", told.story_url);
    return text;
}

std::optional<model::MediaId> number_of(const std::string& digits)
{
    return integer(json::value(digits));
}

} // namespace

std::optional<model::Instant> message_time(const boost::json::value& value)
{
    const auto number = integer(value);
    if (!number)
        return instant(value);
    const auto count = static_cast<double>(*number);
    return config::from_unix_seconds(count >= first_in_milliseconds ? count / 1000 : count);
}

graph::Outcome<ListedConversations> decode_conversations(const boost::json::value& body)
{
    const auto* rows = array_in(body, "data");
    if (rows == nullptr)
        return malformed("a list of conversations without `data`");
    ListedConversations listed;
    for (const auto& row : *rows) {
        const auto* updated = member(row, "updated_time");
        ListedConversation one{
            id_in(row, "id"), updated != nullptr ? message_time(*updated) : std::nullopt};
        if (one.id.empty())
            return malformed("a conversation without `id`");
        listed.rows.push_back(std::move(one));
    }
    auto after = graph::next_cursor(body);
    if (!after)
        return after.error();
    listed.after = std::move(*after);
    return listed;
}

graph::Outcome<ToldConversation> decode_conversation(const boost::json::value& body)
{
    const auto* object = graph::node_of(body);
    if (object == nullptr)
        return malformed("a conversation that is no object");
    const json::value node = *object;
    ToldConversation told;
    told.id = id_in(node, "id");
    told.participants = people_in(node, "participants");
    const auto* edge = member(node, "messages");
    if (edge == nullptr) // one without messages
        return told;
    auto page = messages(*edge);
    if (!page)
        return page.error();
    told.messages = std::move(*page);
    return told;
}

graph::Outcome<ToldMessages> decode_messages(const boost::json::value& body)
{
    return messages(body);
}

graph::Outcome<ToldMessage> decode_message(const boost::json::value& body)
{
    const auto* object = graph::node_of(body);
    auto told = object != nullptr ? message(*object) : std::nullopt;
    if (!told)
        return malformed("a message without `id` or `created_time`");
    return std::move(*told);
}

bool is_deleted_message(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::object_gone ||
           failure.message.find("deleted") != std::string::npos;
}

bool MessageRules::is_own(const ToldPerson& person) const
{
    const auto own = std::to_string(account);
    return person.id == own || person.user_id == own;
}

model::Message MessageRules::row_of(const ToldMessage& told) const
{
    model::Message row;
    row.key = pseudonyms.of_message(account, told.id);
    row.created_at = told.created_at;
    if (!told.from)
        return row;
    const auto own = [this](const ToldPerson& person) { return is_own(person); };
    if (own(*told.from))
        row.direction = model::Direction::out;
    else if (std::ranges::any_of(told.to, own))
        row.direction = model::Direction::in;
    if (row.direction != model::Direction::out)
        row.sender_key = pseudonyms.of_person(account, told.from->id);
    row.is_unsupported = told.is_unsupported;
    row.attachments = kinds_of(told.attachments);
    row.shares = kinds_of(told.shares);
    row.story = told.story;
    if (told.story == "reply")
        row.story_id = number_of(told.story_id);
    row.reactions = told.reactions;
    if (settings.mode == config::ConversationMode::text)
        row.text = text_of(told, settings.urls);
    return row;
}

std::optional<std::string> MessageRules::person_of(const ToldConversation& told) const
{
    std::set<std::string> others;
    const auto add = [&](const ToldPerson& person) {
        if (!is_own(person))
            others.insert(person.id);
    };
    std::ranges::for_each(told.participants, add);
    for (const auto& message : told.messages.rows) {
        if (message.from)
            add(*message.from);
        std::ranges::for_each(message.to, add);
    }
    if (others.size() != 1)
        return std::nullopt;
    return pseudonyms.of_person(account, *others.begin());
}

} // namespace insightd::collectors
