#pragma once

#include "collectors/collected.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/mentions.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <vector>

namespace insightd::collectors
{

/// Which mentions are read when, a call at a time: each when it was pushed, then after a day, a
/// week and four weeks. Pure: it says what to ask and takes the answer.
class MentionWalk
{
public:
    explicit MentionWalk(const config::Account& account) : account_{account} {}

    /// What the store has.
    void remember(const std::vector<model::KnownMention>& known);

    /// It was pushed, and is durable.
    void pushed(const model::Mention& mention);

    /// These are stored.
    void learn(const std::vector<model::MentionReading>& stored);

    /// Whether a poll is not at its end.
    bool is_under_way() const { return !targets_.empty(); }

    /// Begins a poll unless one is under way. False: nothing is due, there is no call to make.
    bool begin(model::Instant now);

    /// The next call of the poll under way.
    graph::Request next() const;

    /// What the answer to it comes to. A failure that is the account's, or may pass, ends the poll:
    /// what is left is due again at the next one. What is refused is gone.
    Collected take(
        const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& names,
        model::Instant now);

private:
    bool is_due(const model::KnownMention& mention, model::Instant now) const;
    std::vector<std::string> names_of_fields() const;

    const config::Account& account_;
    std::map<model::MentionPlace, model::KnownMention> known_;
    std::vector<model::MentionPlace> targets_;
    RefusedFields refused_;
};

/// One call of the walk, made once; none if nothing is due.
boost::asio::awaitable<Collected> collect_mentions(
    graph::Client& api, MentionWalk& walk, const model::Pseudonyms& names, model::Instant now);

} // namespace insightd::collectors
