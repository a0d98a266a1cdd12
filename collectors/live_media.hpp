#pragma once

#include "collectors/collected.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <vector>

namespace insightd::collectors
{

/// Whether something was broadcast when it was looked at last: then it is looked at often.
class LiveWatch
{
public:
    /// What was on the air before this life, and is not known to have ended.
    void remember(std::vector<model::MediaId> on_air) { on_air_ = std::move(on_air); }

    /// These are stored; the newest says what is on the air.
    void learn(const std::vector<model::LivePoll>& stored);

    bool is_on_air() const { return !on_air_.empty(); }

private:
    std::vector<model::MediaId> on_air_;
};

/// What the account broadcasts at `now`, with its viewers. A poll that shows nothing is a row only
/// where something was on the air: it says when that had ended. One call, made once: who asks
/// beside all else tries again later. A field that is not served is asked for no more. Both hosts.
/// Source: GET /<IG_USER>/live_media, Meta's page ig-user/live_media ("only live video IG Media
/// being broadcast at the time of the request"), the specifications IGUser, IGUserForIGOnlyAPI and
/// IGMedia of its public SDK; current_live_viewer_count since 2026-03: graph-api.md section 3.3.
boost::asio::awaitable<Collected> collect_live_media(
    graph::Client& api, const config::Account& account, bool is_on_air, RefusedFields& refused,
    model::Instant now);

/// A list of live media; a row without an id is passed over. No list: malformed.
graph::Outcome<model::LivePoll>
decode_live_media(const boost::json::value& body, model::Instant now);

} // namespace insightd::collectors
