#pragma once

#include "collectors/collected.hpp"
#include "collectors/conversations.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/graph/page_size.hpp"
#include "config/config.hpp"
#include "storage/model/conversation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace insightd::collectors
{

/// The way through an account's conversations, a call at a time: the platform allows two a second,
/// and between them stories and posts are read. A poll asks the list, then each conversation that
/// changed: its newest messages in one call, or, where the host does not answer those in full, the
/// ids and then each message. Pure: it says what to ask and takes the answer.
class ConversationWalk
{
public:
    explicit ConversationWalk(const config::Account& account);

    /// What the store has, and when a poll ended well, if ever one did.
    void remember(
        const std::vector<model::KnownConversation>& known,
        const std::optional<model::Instant>& last_poll);

    /// These are stored: what lies below them is not read again.
    void learn(const std::vector<model::Conversation>& stored);

    /// Whether a poll is not at its end.
    bool is_under_way() const { return stage_ != Stage::idle; }

    /// The next call; begins a poll if none is under way.
    graph::Request next(model::Instant now);

    /// What the answer to it comes to. A failure that is the account's, or may pass, leaves the
    /// walk where it is: the same call is next. A conversation that is refused is passed over, and
    /// told at the end of the poll as a failure of a part.
    Collected take(
        const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& pseudonyms,
        model::Instant now);

private:
    enum class Stage { idle, page, list, newest, ids, single };

    /// A conversation that changed.
    struct Target {
        std::string id, key;
        std::optional<model::Instant> updated_at;
    };

    /// The one that is being read.
    struct Reading {
        ToldConversation told;              ///< messages newest first, with details or without
        std::optional<std::string> after;   ///< where the next page of ids begins
        bool is_first_page = true;          ///< of the ids
        bool is_whole = false;              ///< the first message ever is among them
        std::deque<std::string> undetailed; ///< ids to ask for singly
        std::set<std::string> cursors;      ///< that led here: none leads anywhere twice
    };

    // what to ask
    void begin(model::Instant now);
    graph::Request list_request() const;
    graph::Request newest_request() const;
    graph::Request ids_request() const;
    std::string details() const;

    // what the answer says; why it could not be read
    using Trouble = std::optional<graph::Failure>;
    Trouble take_body(const boost::json::value& body, const MessageRules& rules);
    Trouble take_page(const boost::json::value& body);
    Trouble take_list(const boost::json::value& body, const MessageRules& rules);
    Trouble take_newest(const boost::json::value& body, const MessageRules& rules);
    Trouble take_ids(const boost::json::value& body, const MessageRules& rules);
    Trouble take_single(const boost::json::value& body);
    bool add_targets(const ListedConversations& listed, const MessageRules& rules);
    void end_list();

    // how far it goes
    bool has_changed(const ListedConversation& listed, const std::string& key) const;
    const model::KnownConversation* known() const;
    bool is_below(const ToldMessage& message, const MessageRules& rules) const;
    std::size_t new_messages(const MessageRules& rules) const;
    bool reaches_down(const MessageRules& rules) const;
    void go_on(const MessageRules& rules);
    void merge(std::vector<ToldMessage> rows);

    // what becomes of it
    bool recover(const graph::Failure& failure);
    bool ask_otherwise(const graph::Failure& failure);
    void pass_over(graph::Failure failure);
    void read_next();
    model::Conversation finished(const MessageRules& rules, model::Instant now) const;
    void add_gap(Collected& collected, const model::Conversation& read) const;
    Collected end_poll(Collected collected);
    graph::Failure without_ids(graph::Failure failure) const;

    const config::Account& account_;
    std::map<std::string, model::KnownConversation> known_;
    std::optional<model::Instant> last_list_; ///< what is listed for the first time is newer
    model::Instant whole_list_at_;            ///< the epoch: not in this life
    graph::PageSize page_size_;
    bool takes_expansion_ = true;
    RefusedFields refused_;
    std::string page_id_; ///< of the Facebook host, once it is known

    Stage stage_ = Stage::idle;
    int tries_ = 0; ///< of this call that failed
    model::Instant began_at_;
    model::Instant called_at_;
    bool reads_whole_list_ = false;
    std::string list_after_;
    std::set<std::string> list_cursors_;
    std::size_t person_ = 0; ///< which of the configured ones
    std::vector<Target> targets_;
    std::set<std::string> seen_; ///< keys that the list showed in this poll
    Reading reading_;
    std::size_t read_ = 0; ///< conversations of this poll
    std::vector<graph::Failure> passed_over_;
};

/// One call of the walk, made once: who waits between calls tries again.
boost::asio::awaitable<Collected> collect_conversations(
    graph::Client& api, ConversationWalk& walk, const model::Pseudonyms& pseudonyms,
    model::Instant now);

} // namespace insightd::collectors
