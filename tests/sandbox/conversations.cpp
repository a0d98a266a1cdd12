#include "tests/sandbox/conversations.hpp"

#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/identity.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

// Conversations and messages. Source: graph-api.md section 6.
namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t calls_a_second = 2;
constexpr std::size_t most_detailed = 20;
constexpr std::chrono::days requests_are_listed{30};
constexpr std::string_view chat_prefix = "aWdCb252ZAXJzYXRpb246";
constexpr std::string_view letter_prefix = "aWdNZAXNzYWdl";

/// Ids are long: whoever cuts them off notices.
constexpr std::string_view filling =
    "ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50ZAW50";

/// What of a chat is there at an instant.
struct Seen {
    const Chat& chat;
    std::size_t number = 0; ///< of the account's
    std::size_t letters = 0;

    Instant updated_at() const { return chat.letters.at(letters - 1).at; }
};

struct Asking {
    const Visit& visit;
    std::size_t account;
    const std::vector<Chat>& chats;

    Host host() const { return visit.request.host; }
    const AccountSpec& spec() const { return visit.world.accounts()[account]; }
};

std::string id_of_chat(const Asking& asking, std::size_t number)
{
    return fmt::format("{}{}-{}", chat_prefix, asking.account, number);
}

std::string id_of_letter(const Asking& asking, std::size_t number, std::size_t letter)
{
    return fmt::format("{}{}{}-{}-{}", letter_prefix, filling, asking.account, number, letter);
}

std::optional<Seen> seen(const Asking& asking, std::size_t number)
{
    if (number >= asking.chats.size())
        return std::nullopt;
    const auto& chat = asking.chats[number];
    const auto end =
        std::ranges::upper_bound(chat.letters, asking.visit.now, std::less{}, &Letter::at);
    const auto count = static_cast<std::size_t>(end - chat.letters.begin());
    return count > 0 ? std::optional{Seen{chat, number, count}} : std::nullopt;
}

json::value time_of(const Asking& asking, Instant instant)
{
    if (!asking.visit.faults.messages.unix_times)
        return json::value(timestamp(instant));
    return json::value(
        std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count());
}

json::object own_side(const Asking& asking)
{
    return {{"username", asking.spec().username}, {"id", std::to_string(asking.spec().user_id)}};
}

json::object other_side(const Chat& chat)
{
    return {{"username", chat.username}, {"id", std::to_string(chat.person)}};
}

// ---- one message -----------------------------------------------------------------------------

struct LetterField {
    std::string_view name;
    json::value (*value)(const Asking&, const Seen&, const Letter&); ///< null: the key is left out
};

json::object list_of(json::value row)
{
    return {{"data", json::array{std::move(row)}}};
}

std::string url_of(const Letter& letter)
{
    return fmt::format(
        "https://lookaside.example/planted_url?asset_id={}", letter.at.time_since_epoch().count());
}

json::value attachments(const Asking&, const Seen&, const Letter& letter)
{
    if (letter.extra != "image" && letter.extra != "video")
        return nullptr;
    return list_of(
        json::object{{"id", "1"}, {letter.extra + "_data", json::object{{"url", url_of(letter)}}}});
}

json::value shares(const Asking&, const Seen&, const Letter& letter)
{
    if (letter.extra != "share")
        return nullptr;
    return list_of(json::object{{"link", url_of(letter)}});
}

json::value story(const Asking&, const Seen&, const Letter& letter)
{
    if (letter.extra != "reply" && letter.extra != "mention")
        return nullptr;
    return json::object{
        {letter.extra == "reply" ? "reply_to" : "mention",
         json::object{{"link", url_of(letter)}, {"id", "18000000000000135"}}}};
}

json::value reactions(const Asking&, const Seen& chat, const Letter& letter)
{
    if (letter.extra != "love")
        return nullptr;
    return list_of(
        json::object{{"reaction", "love"}, {"users", json::array{other_side(chat.chat)}}});
}

json::value unsupported(const Asking&, const Seen&, const Letter& letter)
{
    return letter.extra == "unsupported" ? json::value(true) : json::value(nullptr);
}

json::value from(const Asking& asking, const Seen& chat, const Letter& letter)
{
    return letter.from_customer ? other_side(chat.chat) : own_side(asking);
}

json::value to(const Asking& asking, const Seen& chat, const Letter& letter)
{
    return list_of(letter.from_customer ? own_side(asking) : other_side(chat.chat));
}

constexpr std::array letter_table{
    LetterField{
        "created_time", [](const Asking& asking, const Seen&,
                           const Letter& letter) { return time_of(asking, letter.at); }},
    LetterField{"from", from},
    LetterField{"to", to},
    LetterField{
        "message",
        [](const Asking&, const Seen&, const Letter& letter) { return json::value(letter.text); }},
    LetterField{"attachments", attachments},
    LetterField{"shares", shares},
    LetterField{"story", story},
    LetterField{"reactions", reactions},
    LetterField{"is_unsupported", unsupported},
};

/// Of those that are not among the newest nothing but id and time is told.
NodeOutcome letter_node(
    const Asking& asking, const Seen& chat, std::size_t letter,
    const std::vector<std::string>& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(asking.host(), fields);
    const bool is_detailed = letter + most_detailed >= chat.letters;
    for (const auto& name : fields) {
        if (name == "id")
            continue;
        const auto field = std::ranges::find(letter_table, plain_name(name), &LetterField::name);
        if (field == letter_table.end()) {
            outcome.refused = nonexisting_field(asking.host(), name);
            return outcome;
        }
        if (!is_detailed && name != "created_time")
            continue;
        auto value = field->value(asking, chat, chat.chat.letters[letter]);
        if (!value.is_null())
            outcome.node[field->name] = std::move(value);
    }
    outcome.node["id"] = id_of_letter(asking, chat.number, letter);
    return outcome;
}

Response answer_of(NodeOutcome outcome)
{
    return outcome.refused ? std::move(*outcome.refused) : sandbox::answer_of(outcome.node);
}

Response deleted(Host host)
{
    return refusal(
        host, 100, std::nullopt, "(#100) The message you are trying to access has been deleted");
}

Response message_answer(const Asking& asking, const Seen& chat, std::size_t letter)
{
    if (letter >= chat.letters)
        return gone(asking.host(), "message");
    auto fields = asking.visit.request.param("fields");
    if (letter + most_detailed < chat.letters)
        return deleted(asking.host());
    return answer_of(letter_node(
        asking, chat, letter, split_fields(fields.empty() ? "id,created_time" : fields)));
}

// ---- messages of a conversation --------------------------------------------------------------

/// "messages.limit(20){id,from}" as what is wanted of the edge.
struct Wanted {
    std::size_t limit = 25;
    std::vector<std::string> fields{"id", "created_time"};
    std::string after;
};

Wanted wanted_by(const std::string& field)
{
    Wanted wanted;
    const auto limit = field.find(".limit(");
    if (limit != std::string::npos)
        std::from_chars(field.data() + limit + 7, field.data() + field.size(), wanted.limit);
    if (field.find('{') != std::string::npos)
        wanted.fields = split_fields(expansion_of(field));
    return wanted;
}

std::string cursor_of(std::size_t place)
{
    return fmt::format("QVFI{:x}ZD", place ^ 0x5a5aU);
}

std::size_t place_of(const std::string& cursor, std::size_t end)
{
    std::size_t place = 0;
    while (place <= end && cursor_of(place) != cursor)
        ++place;
    return place;
}

json::object paging(std::size_t from, std::size_t until, bool more)
{
    json::object paging{
        {"cursors", json::object{{"before", cursor_of(from)}, {"after", cursor_of(until)}}}};
    if (more)
        paging["next"] = "https://graph.example/next?after=" + cursor_of(until);
    return paging;
}

/// Newest first.
NodeOutcome letters_edge(const Asking& asking, const Seen& chat, const Wanted& wanted)
{
    NodeOutcome outcome;
    const auto begin = wanted.after.empty() ? 0 : place_of(wanted.after, chat.letters);
    const auto end = std::min(chat.letters, begin + wanted.limit);
    json::array rows;
    for (auto place = begin; place < end; ++place) {
        auto row = letter_node(asking, chat, chat.letters - 1 - place, wanted.fields);
        if (row.refused)
            return row;
        rows.push_back(std::move(row.node));
    }
    outcome.node["data"] = std::move(rows);
    if (begin < end)
        outcome.node["paging"] = paging(begin, end, end < chat.letters);
    return outcome;
}

Response messages_answer(const Asking& asking, const Seen& chat)
{
    Wanted wanted;
    if (const auto limit = limit_of(asking.visit.request))
        wanted.limit = *limit;
    else
        return refusal(asking.host(), 100, std::nullopt, "(#100) Param limit must be a number");
    wanted.after = asking.visit.request.param("after");
    if (const auto fields = asking.visit.request.param("fields"); !fields.empty())
        wanted.fields = split_fields(fields);
    return answer_of(letters_edge(asking, chat, wanted));
}

// ---- conversations ---------------------------------------------------------------------------

NodeOutcome
chat_node(const Asking& asking, const Seen& chat, const std::vector<std::string>& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(asking.host(), fields);
    for (const auto& field : fields) {
        const auto name = field.substr(0, field.find_first_of(".{"));
        if (name == "updated_time")
            outcome.node["updated_time"] = time_of(asking, chat.updated_at());
        else if (name == "participants")
            outcome.node["participants"] =
                json::object{{"data", json::array{own_side(asking), other_side(chat.chat)}}};
        else if (name == "messages") {
            if (field != "messages" && asking.visit.faults.messages.refuses_expansion) {
                outcome.refused = refusal(
                    asking.host(), 100, std::nullopt, "(#100) Invalid expansion of messages");
                return outcome;
            }
            auto edge = letters_edge(asking, chat, wanted_by(field));
            if (edge.refused)
                return edge;
            outcome.node["messages"] = std::move(edge.node);
        } else if (name != "id") {
            outcome.refused = nonexisting_field(asking.host(), name);
            return outcome;
        }
    }
    outcome.node["id"] = id_of_chat(asking, chat.number);
    return outcome;
}

bool is_listed(const Asking& asking, const Seen& chat)
{
    const auto person = asking.visit.request.param("user_id");
    if (!person.empty() && person != std::to_string(chat.chat.person))
        return false;
    return !chat.chat.is_request || asking.visit.now - chat.updated_at() < requests_are_listed;
}

/// Newest first, as far as they are listed.
std::vector<Seen> listed(const Asking& asking)
{
    std::vector<Seen> all;
    for (std::size_t number = 0; number < asking.chats.size(); ++number)
        if (const auto chat = seen(asking, number); chat && is_listed(asking, *chat))
            all.push_back(*chat);
    std::vector<std::size_t> order(all.size());
    for (std::size_t n = 0; n < order.size(); ++n)
        order[n] = n;
    std::ranges::stable_sort(
        order, std::ranges::greater{}, [&](std::size_t n) { return all[n].updated_at(); });
    std::vector<Seen> sorted;
    for (const auto n : order)
        sorted.push_back(all[n]);
    return sorted;
}

Response list_answer(const Asking& asking)
{
    const auto& request = asking.visit.request;
    const auto platform = request.param("platform");
    if (!platform.empty() && platform != "instagram" && platform != "messenger")
        return refusal(
            asking.host(), 100, std::nullopt,
            "(#100) platform must be one of the following values: INSTAGRAM, MESSENGER");
    const bool is_instagram =
        platform == "instagram" || (platform.empty() && asking.host() == Host::instagram);
    const auto limit = limit_of(request);
    if (!limit)
        return refusal(asking.host(), 100, std::nullopt, "(#100) Param limit must be a number");
    const auto chats = is_instagram ? listed(asking) : std::vector<Seen>{};
    auto names = request.param("fields");
    if (names.empty())
        names = request.param("user_id").empty() ? "id,updated_time" : "id";
    const auto after = request.param("after");
    const auto begin = after.empty() ? 0 : place_of(after, chats.size());
    const auto end = std::min(chats.size(), begin + *limit);
    json::array rows;
    for (auto place = begin; place < end; ++place) {
        auto row = chat_node(asking, chats[place], split_fields(names));
        if (row.refused)
            return *row.refused;
        rows.push_back(std::move(row.node));
    }
    json::object body{{"data", std::move(rows)}};
    if (begin < end)
        body["paging"] = paging(begin, end, end < chats.size());
    return sandbox::answer_of(body);
}

// ---- who may ask for what --------------------------------------------------------------------

/// The numbers at the end of an id: "…0-12-3".
std::vector<std::size_t> numbers_in(const std::string& id, std::size_t begin)
{
    std::vector<std::size_t> numbers;
    while (begin < id.size()) {
        const auto end = std::min(id.find('-', begin), id.size());
        std::size_t number = 0;
        const auto [stop, error] = std::from_chars(id.data() + begin, id.data() + end, number);
        if (error != std::errc{} || stop != id.data() + end)
            return {};
        numbers.push_back(number);
        begin = end + 1;
    }
    return numbers;
}

std::optional<Response> refuse_scope(const Visit& visit, const Token& token)
{
    const bool instagram = visit.request.host == Host::instagram;
    const std::string scope =
        instagram ? "instagram_business_manage_messages" : "instagram_manage_messages";
    if (!contains(token.scopes, scope))
        return refusal(
            visit.request.host, instagram ? 10 : 200, std::nullopt,
            fmt::format("(#{}) Requires {} permission", instagram ? 10 : 200, scope));
    if (!instagram && token.kind != TokenKind::page)
        return refusal(
            visit.request.host, 190, std::nullopt,
            "(#190) This method must be called with a Page Access Token");
    return std::nullopt;
}

std::optional<Response> refuse_haste(const Visit& visit, std::size_t account, MessageCalls& calls)
{
    auto& recent = calls.recent[account];
    while (!recent.empty() && recent.front() + 1s <= visit.now)
        recent.pop_front();
    ++calls.total;
    if (recent.size() >= calls_a_second) {
        ++calls.too_many;
        return refusal(
            visit.request.host, 613, std::nullopt,
            "(#613) Calls to this api have exceeded the rate limit.");
    }
    recent.push_back(visit.now);
    if (visit.faults.messages.throttled)
        return refusal(
            visit.request.host, 80006, std::nullopt,
            "(#80006) There have been too many calls to this Messenger account.");
    if (visit.faults.messages.fails)
        return refusal(visit.request.host, 2, std::nullopt, "Service temporarily unavailable", 500);
    return std::nullopt;
}

/// The account whose conversations lie there; nothing for another node.
std::optional<std::size_t>
account_of_list(const Visit& visit, const Token& token, const std::string& node)
{
    const auto& accounts = visit.world.accounts();
    if (visit.request.host == Host::instagram) {
        const bool is_own = node == "me" || node == std::to_string(accounts[token.account].user_id);
        return is_own ? std::optional{token.account} : std::nullopt;
    }
    for (const auto& page : pages_of(visit.world, token, true))
        if (page.account &&
            (node == std::to_string(page.id) || (node == "me" && token.kind == TokenKind::page)))
            return page.account;
    return std::nullopt;
}

bool may_read(const Visit& visit, const Token& token, std::size_t account)
{
    const auto readable = readable_accounts(visit.world, token, false);
    return std::ranges::find(readable, account) != readable.end();
}

Response node_answer(const Asking& asking, const std::string& node, const std::string& edge)
{
    const bool is_chat = node.starts_with(chat_prefix);
    const auto begin = is_chat ? chat_prefix.size() : letter_prefix.size() + filling.size();
    const auto numbers = numbers_in(node, begin);
    const auto chat = numbers.size() > 1 ? seen(asking, numbers[1]) : std::nullopt;
    if (!chat || numbers.size() != (is_chat ? 2U : 3U))
        return gone(asking.host(), node);
    if (!is_chat && edge.empty())
        return message_answer(asking, *chat, numbers[2]);
    if (is_chat && edge.empty())
        return answer_of(chat_node(asking, *chat, fields_of(asking.visit.request)));
    if (is_chat && edge == "messages")
        return messages_answer(asking, *chat);
    return refusal(
        asking.host(), 2500, std::nullopt, "Unknown path components: " + asking.visit.request.path);
}

} // namespace

std::optional<Response> conversation_answer(
    const Visit& visit, const Token& token, const std::string& node, const std::string& edge,
    MessageCalls& calls)
{
    static const std::vector<Chat> none;
    const bool is_node = node.starts_with(chat_prefix) || node.starts_with(letter_prefix);
    if (!is_node && edge != "conversations")
        return std::nullopt;
    if (auto refused = refuse_scope(visit, token))
        return refused;
    const auto begin =
        node.starts_with(chat_prefix) ? chat_prefix.size() : letter_prefix.size() + filling.size();
    const auto numbers = is_node ? numbers_in(node, begin) : std::vector<std::size_t>{};
    const auto account = is_node ? (numbers.empty() ? std::nullopt : std::optional{numbers.front()})
                                 : account_of_list(visit, token, node);
    if (!account || *account >= visit.world.accounts().size() || !may_read(visit, token, *account))
        return gone(visit.request.host, node);
    if (auto refused = refuse_haste(visit, *account, calls))
        return refused;
    const auto& mailbox = visit.world.mailbox();
    const auto found = mailbox.find(*account);
    const Asking asking{visit, *account, found != mailbox.end() ? found->second : none};
    return is_node ? node_answer(asking, node, edge) : list_answer(asking);
}

} // namespace insightd::sandbox
