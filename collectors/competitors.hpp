#pragma once

#include "collectors/collected.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/graph/page_size.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace insightd::collectors
{

/// One round through an account's competitors, a call at a time: between them stories and posts are
/// read. Who is refused is not asked again for a day. Pure: it says what to ask and takes the
/// answer.
/// Source: GET /<IG_USER>?fields=business_discovery.username(NAME){…}, graph.facebook.com alone:
/// Meta's page ig-user/business_discovery (2026-08-12) and the specification IGUser of its public
/// SDK; how those are refused whom nobody can see: is_of_competitor().
class CompetitorRound
{
public:
    explicit CompetitorRound(const config::Account& account);

    /// Who was refused before this life.
    void remember(const std::vector<model::RefusedCompetitor>& refused);

    /// Whether a round is not at its end.
    bool is_under_way() const { return !waiting_.empty(); }

    /// Who is next; begins a round if none is under way. Nothing: nobody is to be asked now.
    std::optional<std::string> next(model::Instant now);

    /// The call about the one whom next() named.
    graph::Request request() const;

    /// What the answer to it comes to. A failure that is the account's, or may pass, leaves the
    /// round where it is; what is refused otherwise is passed over, and told at the end of the
    /// round as a failure of a part.
    Collected take(const graph::Outcome<graph::Reply>& answer, model::Instant now);

    /// The same of what another account was told of the one whom next() named.
    Collected take(model::Competitor told);

    /// Whether the platform told nothing of it when it was asked last.
    bool is_refused(const std::string& username) const { return refused_.contains(username); }

private:
    bool ask_otherwise(const graph::Failure& failure);
    void put_off();
    Collected pass_over(const graph::Failure& failure);
    Collected go_on(Collected collected);

    const config::Account& account_;
    std::deque<std::string> waiting_; ///< of this round, the next one first
    std::map<std::string, model::Instant> refused_;
    RefusedFields refused_fields_; ///< of this round
    graph::PageSize posts_;
    int tries_ = 0;        ///< of this call that failed
    std::size_t read_ = 0; ///< of this round
    std::vector<graph::Failure> passed_over_;
};

/// One call of the round, made once: who asks beside all else tries again later.
boost::asio::awaitable<Collected>
collect_competitor(graph::Client& api, CompetitorRound& round, model::Instant now);

/// One competitor with its newest posts; without the block of it: a refusal, for the platform tells
/// nothing of those who keep people below an age away. A post without an id is passed over.
graph::Outcome<model::Competitor>
decode_competitor(const boost::json::value& body, std::string username, model::Instant now);

/// Whether the platform cannot show this one, and says nothing of the others: it is unknown,
/// personal or private. Source: answers shown in public repositories, 2023 to 2026: code 110,
/// subcode 2207013, "Invalid user id"; a few show the subcode under code 100, and one names subcode
/// 2207006. That the platform does not tell these cases apart is as found there; unverified.
bool is_of_competitor(const graph::Failure& failure);

/// What readers of one process were told of competitors: several accounts may name the same one,
/// and one call is enough.
class CompetitorsTold
{
public:
    void note(const model::Competitor& told) { newest_[told.username] = told; }

    /// What was told at that instant or later; nullptr if nothing was.
    const model::Competitor* since(const std::string& username, model::Instant since) const;

private:
    std::map<std::string, model::Competitor> newest_;
};

} // namespace insightd::collectors
