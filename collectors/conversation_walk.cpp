#include "collectors/conversation_walk.hpp"

#include "collectors/graph/node.hpp"
#include "collectors/graph/url.hpp"
#include "collectors/json_access.hpp"
#include "collectors/walk_failures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::collectors
{
namespace
{

using graph::FailureClass;

/// The fields of a message. What is not kept is not asked for: see details().
constexpr std::array fields{
    Field{"id"},        Field{"created_time"},  Field{"from"},   Field{"to"},
    Field{"message"},   Field{"attachments"},   Field{"shares"}, Field{"story"},
    Field{"reactions"}, Field{"is_unsupported"}};

constexpr std::string_view text_field = "message";

bool is_indispensable(std::string_view field)
{
    return field == "id" || field == "created_time" || field == "from";
}

constexpr std::size_t list_rows = 100;
constexpr std::size_t id_rows = 100;

/// The list is read to its end this often: a conversation that was passed over may lie deep in it.
constexpr std::chrono::hours whole_list_every{24};

/// Times are told to the second, and a message may be told a little later than its conversation's
/// time: what changed right before it was read is read once more.
constexpr std::chrono::minutes settles_after{1};

/// A poll that stood still for so long begins anew: its list is too old.
constexpr std::chrono::minutes list_goes_stale{30};

graph::Failure not_the_page(const config::Account& account)
{
    graph::Failure failure;
    failure.kind = FailureClass::misconfigured;
    failure.message = fmt::format(
        "messages are read with the token of the Page that is linked to user_id {}, and this token "
        "is not: run `insightd login {}`, which keeps it",
        account.user_id, account.name);
    return failure;
}

void erase(std::string& text, const std::string& part)
{
    for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part))
        text.replace(at, part.size(), "…");
}

} // namespace

ConversationWalk::ConversationWalk(const config::Account& account)
    : account_{account}, page_size_{list_rows}
{
}

void ConversationWalk::remember(
    const std::vector<model::KnownConversation>& known,
    const std::optional<model::Instant>& last_poll)
{
    known_.clear();
    for (const auto& conversation : known)
        known_[conversation.key] = conversation;
    if (last_poll) // its list was read before it ended
        last_list_ = *last_poll - account_.schedule.conversations;
}

void ConversationWalk::learn(const std::vector<model::Conversation>& stored)
{
    for (const auto& row : stored)
        known_[row.key] = {row.key, row.observed_at, row.updated_at, row.newest_key, row.newest_at};
}

// ---- what to ask -----------------------------------------------------------------------------

graph::Request ConversationWalk::next(model::Instant now)
{
    if (stage_ == Stage::idle || now >= called_at_ + list_goes_stale)
        begin(now);
    called_at_ = now;
    switch (stage_) {
    case Stage::page:
        return {"me", {{"fields", "id,instagram_business_account{id}"}}};
    case Stage::newest:
        return newest_request();
    case Stage::ids:
        return ids_request();
    case Stage::single:
        return {graph::escaped(reading_.undetailed.front()), {{"fields", details()}}};
    case Stage::idle:
    case Stage::list:
        break;
    }
    return list_request();
}

void ConversationWalk::begin(model::Instant now)
{
    const bool asks_page = account_.login == config::Login::facebook && page_id_.empty();
    stage_ = asks_page ? Stage::page : Stage::list;
    began_at_ = now;
    reads_whole_list_ = now >= whole_list_at_ + whole_list_every;
    if (reads_whole_list_) { // what was refused may be served by now
        takes_expansion_ = true;
        refused_.clear();
    }
    list_after_.clear();
    list_cursors_.clear();
    person_ = 0;
    tries_ = 0;
    targets_.clear();
    seen_.clear();
    read_ = 0;
    passed_over_.clear();
}

graph::Request ConversationWalk::list_request() const
{
    const auto root = page_id_.empty() ? std::to_string(account_.user_id) : page_id_;
    graph::Request request{
        root + "/conversations",
        {{"platform", "instagram"},
         {"fields", "id,updated_time"},
         {"limit", std::to_string(page_size_.rows())}}};
    if (!account_.conversations.with.empty())
        request.params.emplace_back("user_id", account_.conversations.with.at(person_));
    if (!list_after_.empty())
        request.params.emplace_back("after", list_after_);
    return request;
}

/// In metadata mode nobody is asked what was written.
std::string ConversationWalk::details() const
{
    auto names = field_names(fields, account_.login, refused_);
    if (account_.conversations.mode != config::ConversationMode::text)
        std::erase(names, text_field);
    return joined(names);
}

graph::Request ConversationWalk::newest_request() const
{
    auto wanted =
        fmt::format("id,participants,messages.limit({}){{{}}}", messages_with_details, details());
    return {graph::escaped(targets_.front().id), {{"fields", std::move(wanted)}}};
}

/// The first page is the documented way to the ids; the others lie on the edge that it names.
graph::Request ConversationWalk::ids_request() const
{
    const auto id = graph::escaped(targets_.front().id);
    if (reading_.is_first_page)
        return {id, {{"fields", "messages"}}};
    return {
        id + "/messages",
        {{"fields", "id,created_time"},
         {"limit", std::to_string(id_rows)},
         {"after", reading_.after.value_or(std::string{})}}};
}

// ---- what the answer says --------------------------------------------------------------------

Collected ConversationWalk::take(
    const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& pseudonyms,
    model::Instant now)
{
    const MessageRules rules{account_.user_id, account_.conversations, pseudonyms};
    auto trouble = answer ? take_body(answer->body, rules) : Trouble{answer.error()};
    if (trouble && stage_ == Stage::page && trouble->kind == FailureClass::bad_field)
        trouble = not_the_page(account_); // a person's token: people have no such field
    if (trouble && !recover(*trouble))
        return Collected{without_ids(std::move(*trouble))};
    if (!trouble)
        tries_ = 0;
    Collected collected;
    const bool is_read = stage_ == Stage::single && reading_.undetailed.empty();
    if (is_read) {
        auto read = finished(rules, now);
        add_gap(collected, read);
        collected.rows.conversations.push_back(std::move(read));
        ++read_;
        targets_.erase(targets_.begin());
        read_next();
    }
    return end_poll(std::move(collected));
}

ConversationWalk::Trouble
ConversationWalk::take_body(const boost::json::value& body, const MessageRules& rules)
{
    switch (stage_) {
    case Stage::page:
        return take_page(body);
    case Stage::list:
        return take_list(body, rules);
    case Stage::newest:
        return take_newest(body, rules);
    case Stage::ids:
        return take_ids(body, rules);
    case Stage::single:
        return take_single(body);
    case Stage::idle:
        break;
    }
    return std::nullopt;
}

/// Another Page's messages must not be stored under this account.
ConversationWalk::Trouble ConversationWalk::take_page(const boost::json::value& body)
{
    const auto* object = graph::node_of(body);
    const json::value node = object != nullptr ? json::value(*object) : json::value{};
    const auto id = integer_in(node, "id");
    const auto* linked = member(node, "instagram_business_account");
    const auto linked_id = linked != nullptr ? integer_in(*linked, "id") : std::nullopt;
    if (!id || linked_id != account_.user_id)
        return not_the_page(account_);
    page_id_ = std::to_string(*id);
    stage_ = Stage::list;
    return std::nullopt;
}

ConversationWalk::Trouble
ConversationWalk::take_list(const boost::json::value& body, const MessageRules& rules)
{
    const auto listed = decode_conversations(body);
    if (!listed)
        return listed.error();
    page_size_.worked();
    const bool some_changed = add_targets(*listed, rules);
    const bool goes_on = listed->after && (some_changed || reads_whole_list_);
    if (goes_on && !list_cursors_.insert(*listed->after).second)
        return malformed("a list of conversations whose cursors run in a circle");
    if (goes_on) {
        list_after_ = *listed->after;
        return std::nullopt;
    }
    list_after_.clear();
    list_cursors_.clear();
    ++person_;
    if (person_ >= account_.conversations.with.size())
        end_list();
    return std::nullopt;
}

/// The list is newest first: behind a page of which nothing changed nothing did. A page may be
/// empty and have a next one.
bool ConversationWalk::add_targets(const ListedConversations& listed, const MessageRules& rules)
{
    bool some_changed = listed.rows.empty();
    for (const auto& row : listed.rows) {
        Target target{
            row.id, rules.pseudonyms.of_conversation(rules.account, row.id), row.updated_at};
        const bool is_first_time = seen_.insert(target.key).second;
        if (!has_changed(row, target.key))
            continue;
        some_changed = true;
        if (is_first_time)
            targets_.push_back(std::move(target));
    }
    return some_changed;
}

void ConversationWalk::end_list()
{
    if (reads_whole_list_)
        whole_list_at_ = began_at_;
    read_next();
}

ConversationWalk::Trouble
ConversationWalk::take_newest(const boost::json::value& body, const MessageRules& rules)
{
    auto told = decode_conversation(body);
    if (!told)
        return told.error();
    reading_.told = std::move(*told);
    const auto& messages = reading_.told.messages;
    reading_.is_whole = !messages.after && messages.rows.size() < messages_with_details;
    if (reaches_down(rules))
        go_on(rules);
    else
        stage_ = Stage::ids;
    return std::nullopt;
}

ConversationWalk::Trouble
ConversationWalk::take_ids(const boost::json::value& body, const MessageRules& rules)
{
    ToldMessages page;
    if (reading_.is_first_page) {
        auto told = decode_conversation(body);
        if (!told)
            return told.error();
        page = std::move(told->messages);
    } else {
        auto told = decode_messages(body);
        if (!told)
            return told.error();
        page = std::move(*told);
    }
    if (page.after && !reading_.cursors.insert(*page.after).second)
        return malformed("a list of messages whose cursors run in a circle");
    reading_.is_first_page = false;
    reading_.after = std::move(page.after);
    reading_.is_whole = !reading_.after;
    merge(std::move(page.rows));
    if (reaches_down(rules))
        go_on(rules);
    return std::nullopt;
}

ConversationWalk::Trouble ConversationWalk::take_single(const boost::json::value& body)
{
    auto told = decode_message(body);
    if (!told)
        return told.error();
    auto& rows = reading_.told.messages.rows;
    const auto place = std::ranges::find(rows, reading_.undetailed.front(), &ToldMessage::id);
    if (place != rows.end())
        *place = std::move(*told);
    reading_.undetailed.pop_front();
    return std::nullopt;
}

// ---- how far it goes -------------------------------------------------------------------------

bool ConversationWalk::has_changed(const ListedConversation& listed, const std::string& key) const
{
    const auto found = known_.find(key);
    if (found == known_.end() || !listed.updated_at || !found->second.updated_at)
        return true;
    const auto& stored = found->second;
    if (*listed.updated_at != *stored.updated_at)
        return *listed.updated_at > *stored.updated_at;
    return stored.read_at < *stored.updated_at + settles_after;
}

const model::KnownConversation* ConversationWalk::known() const
{
    const auto found = known_.find(targets_.front().key);
    return found != known_.end() ? &found->second : nullptr;
}

/// Whether the message, and with it all that are older, was there at an earlier poll. Several may
/// be of one second: only the very message that was the newest tells.
bool ConversationWalk::is_below(const ToldMessage& message, const MessageRules& rules) const
{
    const auto* stored = known();
    if (stored == nullptr)
        return last_list_ && message.created_at < *last_list_;
    if (!stored->newest_at)
        return message.created_at < stored->read_at - settles_after;
    return message.created_at < *stored->newest_at ||
           rules.pseudonyms.of_message(rules.account, message.id) == stored->newest_key;
}

/// Of a conversation that was there before anybody looked, those that have details are new.
std::size_t ConversationWalk::new_messages(const MessageRules& rules) const
{
    const auto& rows = reading_.told.messages.rows;
    if (known() == nullptr && !last_list_)
        return std::min(rows.size(), messages_with_details);
    const auto first =
        std::ranges::find_if(rows, [&](const auto& row) { return is_below(row, rules); });
    return static_cast<std::size_t>(first - rows.begin());
}

/// Whether everything is there that was not there before.
bool ConversationWalk::reaches_down(const MessageRules& rules) const
{
    const auto& rows = reading_.told.messages.rows;
    if (reading_.is_whole)
        return true;
    if (known() == nullptr && !last_list_)
        return rows.size() >= messages_with_details;
    return new_messages(rules) < rows.size();
}

/// Then those without details are asked for, as far as there are any to be had: of a conversation
/// that was never read, old ones too.
void ConversationWalk::go_on(const MessageRules& rules)
{
    const auto& rows = reading_.told.messages.rows;
    const auto wanted = known() != nullptr ? new_messages(rules) : rows.size();
    const auto most = std::min(wanted, messages_with_details);
    for (std::size_t place = 0; place < most; ++place)
        if (!rows.at(place).from)
            reading_.undetailed.push_back(rows.at(place).id);
    stage_ = Stage::single;
}

/// What is told with details stays so.
void ConversationWalk::merge(std::vector<ToldMessage> rows)
{
    auto& all = reading_.told.messages.rows;
    std::set<std::string> there;
    for (const auto& row : all)
        there.insert(row.id);
    for (auto& row : rows)
        if (there.insert(row.id).second)
            all.push_back(std::move(row));
    std::ranges::stable_sort(all, std::ranges::greater{}, &ToldMessage::created_at);
}

// ---- what becomes of it ----------------------------------------------------------------------

/// Whether the walk goes on all the same.
bool ConversationWalk::recover(const graph::Failure& failure)
{
    if (failure.kind == FailureClass::held_back)
        return false;
    ++tries_;
    if (stage_ == Stage::single && is_deleted_message(failure)) {
        reading_.undetailed.pop_front();
        tries_ = 0;
        return true;
    }
    if (ask_otherwise(failure))
        return true;
    const bool is_of_one = stage_ != Stage::page && stage_ != Stage::list;
    const bool is_forbidden = is_of_one && failure.kind == FailureClass::no_permission;
    if ((is_of_account(failure.kind) && !is_forbidden) ||
        (may_pass(failure.kind) && tries_ < most_tries))
        return false;
    if (is_of_one) {
        pass_over(failure);
        return true;
    }
    if (!may_pass(failure.kind)) // the next try begins anew
        stage_ = Stage::idle;
    return false;
}

/// The same in another way: without a field, in smaller pages, or piece by piece.
bool ConversationWalk::ask_otherwise(const graph::Failure& failure)
{
    if (stage_ == Stage::list && failure.kind == FailureClass::too_much_data)
        return page_size_.shrink();
    const bool asks_details = stage_ == Stage::newest || stage_ == Stage::single;
    auto names = field_names(fields, account_.login, refused_);
    std::erase_if(names, is_indispensable);
    if (asks_details && drop_refused_field(names, failure, refused_))
        return true;
    const bool is_refused =
        failure.kind == FailureClass::bad_field || failure.kind == FailureClass::bad_request ||
        failure.kind == FailureClass::too_much_data || failure.kind == FailureClass::malformed;
    if (stage_ != Stage::newest || !is_refused)
        return false;
    // Too much of one conversation says nothing of the others.
    takes_expansion_ = failure.kind == FailureClass::too_much_data;
    stage_ = Stage::ids;
    return true;
}

/// It is looked for again in the next poll, however deep in the list. Where several are refused and
/// none was read, the others would be refused as well.
void ConversationWalk::pass_over(graph::Failure failure)
{
    passed_over_.push_back(without_ids(std::move(failure)));
    whole_list_at_ = {};
    targets_.erase(targets_.begin());
    if (read_ == 0 && passed_over_.size() >= enough_refused)
        targets_.clear();
    read_next();
}

void ConversationWalk::read_next()
{
    reading_ = {};
    tries_ = 0;
    if (targets_.empty())
        stage_ = Stage::idle;
    else
        stage_ = takes_expansion_ ? Stage::newest : Stage::ids;
}

model::Conversation ConversationWalk::finished(const MessageRules& rules, model::Instant now) const
{
    const auto& told = reading_.told;
    const auto& rows = told.messages.rows;
    const auto& target = targets_.front();
    const auto fresh = new_messages(rules);
    model::Conversation read;
    read.key = target.key;
    read.person_key = rules.person_of(told);
    read.observed_at = now;
    read.updated_at = target.updated_at;
    for (std::size_t place = 0; place < rows.size(); ++place) {
        const bool is_detailed = rows.at(place).from.has_value();
        if (!is_detailed && place >= fresh)
            continue;
        auto row = rules.row_of(rows.at(place));
        if (!is_detailed)
            row.lost = place < messages_with_details ? "deleted" : "not_among_newest";
        read.messages.push_back(std::move(row));
    }
    if (rows.empty())
        return read;
    read.newest_key = rules.row_of(rows.front()).key;
    read.newest_at = rows.front().created_at;
    if (reading_.is_whole)
        read.began_at = rows.back().created_at;
    return read;
}

/// More came between two polls than can be read: said, and counted in the rows.
void ConversationWalk::add_gap(Collected& collected, const model::Conversation& read) const
{
    const auto is_out_of_reach = [](const model::Message& message) {
        return message.lost == "not_among_newest";
    };
    const auto lost = std::ranges::count_if(read.messages, is_out_of_reach);
    if (lost == 0)
        return;
    const auto newest = std::ranges::find_if(read.messages, is_out_of_reach);
    collected.rows.gaps.push_back(
        {"conversations", read.messages.back().created_at, newest->created_at,
         fmt::format(
             "{} messages of one conversation came between two polls: the platform tells details "
             "of "
             "the newest {} only",
             lost, messages_with_details)});
}

Collected ConversationWalk::end_poll(Collected collected)
{
    if (stage_ != Stage::idle)
        return collected;
    last_list_ = began_at_;
    if (passed_over_.empty())
        return collected;
    auto failure = passed_over_.front();
    failure.message =
        fmt::format("{} conversations could not be read: {}", passed_over_.size(), failure.message);
    passed_over_.clear();
    collected.failure = std::move(failure);
    collected.is_of_a_part = read_ > 0;
    return collected;
}

/// The platform repeats ids in its words; they belong to somebody.
graph::Failure ConversationWalk::without_ids(graph::Failure failure) const
{
    if (!targets_.empty())
        erase(failure.message, targets_.front().id);
    if (!reading_.undetailed.empty())
        erase(failure.message, reading_.undetailed.front());
    for (const auto& person : account_.conversations.with)
        erase(failure.message, person);
    return failure;
}

boost::asio::awaitable<Collected> collect_conversations(
    graph::Client& api, ConversationWalk& walk, const model::Pseudonyms& pseudonyms,
    model::Instant now)
{
    auto request = walk.next(now);
    const auto answer = co_await api.get_once(std::move(request));
    co_return walk.take(answer, pseudonyms, now);
}

} // namespace insightd::collectors
