#include "daemon/pages.hpp"

#include "daemon/engine.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/spool/spooled_writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace insightd::daemon
{

/// What is known of the tokens, at the last look at each.
struct Pages::Tokens {
    boost::json::array troubles;
    std::size_t looked_at = 0;
    std::size_t working = 0;
};

namespace
{

namespace json = boost::json;
using spool::SpooledWriter;

bool works(const model::TokenState& state)
{
    return state.state != "needs_login";
}

json::object trouble_of(const config::Account& account, const model::TokenState& state)
{
    return {
        {"account", account.name},
        {"state", state.state},
        {"reason", state.reason},
        {"mend", state.mend}};
}

/// The daemon is ready with an older configuration as well.
json::object standing_of(const reload::Record& reloads)
{
    json::object standing{{"is_as_in_the_file", reloads.why_not.empty()}};
    if (!reloads.why_not.empty())
        standing["reason"] = reloads.why_not;
    if (!reloads.need_restart.empty())
        standing["need_restart"] = reloads.need_restart;
    return standing;
}

/// It matters once the database is away: while it is there, the daemon is ready without a spool.
std::string_view spool_words(SpooledWriter::Trouble trouble)
{
    switch (trouble) {
    case SpooledWriter::Trouble::full:
        return "full: rows are dropped to make room";
    case SpooledWriter::Trouble::unusable:
        return "unusable: its file cannot be written";
    case SpooledWriter::Trouble::none:
        break;
    }
    return "ok";
}

} // namespace

Pages::Pages(
    const config::Config& config, const Clock& clock, Engine& engine, const TokenKeeper& tokens,
    const SpooledWriter& store, const replicas::Replica* replica)
    : config_{config}, clock_{clock}, engine_{engine}, tokens_{tokens}, store_{store}, replica_{
                                                                                           replica}
{
}

http::Answer Pages::answer(const http::Question& question) const
{
    if (question.path == "/healthz")
        return {200, "text/plain; charset=utf-8", "alive\n"};
    if (question.path == "/readyz")
        return readiness();
    if (question.path == "/metrics")
        return metrics();
    return {404, "text/plain; charset=utf-8", "here are /healthz, /readyz and /metrics\n"};
}

/// "ok", "ok (replaying 120 rows)", "away (spooling 120 rows)"
std::string Pages::database_words() const
{
    const auto rows = store_.depth().rows;
    if (!engine_.store_is_up())
        return store_.trouble() == SpooledWriter::Trouble::unusable
                   ? "away, and the spool cannot be used"
                   : fmt::format("away (spooling {} rows)", rows);
    return rows > 0 ? fmt::format("ok (replaying {} rows)", rows) : "ok";
}

std::size_t Pages::accounts_owned() const
{
    const bool is_alone = replica_ == nullptr || !replica_->ownership().was_reached();
    return is_alone ? config_.accounts.size() : replica_->ownership().held();
}

std::size_t Pages::instances() const
{
    return replica_ != nullptr ? std::max<std::size_t>(1, replica_->instances()) : 1;
}

Pages::Tokens Pages::looked_at() const
{
    Tokens tokens;
    for (const auto& account : config_.accounts) {
        const auto state = tokens_.states().find(account.user_id);
        if (state == tokens_.states().end())
            continue;
        ++tokens.looked_at;
        tokens.working += works(state->second);
        if (!state->second.reason.empty())
            tokens.troubles.push_back(trouble_of(account, state->second));
    }
    return tokens;
}

/// Why it does not collect, in words; empty if the database takes rows, and at least one account
/// can be collected, or others have them all.
std::vector<std::string> Pages::reasons_against(const Tokens& tokens) const
{
    std::vector<std::string> reasons;
    if (!engine_.store_is_up())
        reasons.push_back("the database takes no rows: " + database_words());
    const bool others_have_all = instances() > 1 && accounts_owned() == 0;
    if (tokens.working > 0 || others_have_all)
        return reasons;
    if (tokens.looked_at == 0)
        reasons.push_back("no account's token was looked at yet");
    else
        reasons.push_back(fmt::format(
            "no account has a token that works: {} of {} were looked at", tokens.looked_at,
            config_.accounts.size()));
    return reasons;
}

http::Answer Pages::readiness() const
{
    auto tokens = looked_at();
    const auto reasons = reasons_against(tokens);
    json::object body{
        {"ready", reasons.empty()},
        {"reasons", json::array(reasons.begin(), reasons.end())},
        {"database", database_words()},
        {"spool", spool_words(store_.trouble())},
        {"accounts", config_.accounts.size()},
        {"accounts_owned", accounts_owned()},
        {"instances", instances()},
        {"accounts_with_a_working_token", tokens.working},
        {"tokens", std::move(tokens.troubles)}};
    if (reloads_ != nullptr)
        body["configuration"] = standing_of(*reloads_);
    return {reasons.empty() ? 200 : 503, "application/json", json::serialize(body) + "\n"};
}

} // namespace insightd::daemon
