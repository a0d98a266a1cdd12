#include "daemon/health_report.hpp"

#include "daemon/token_desk.hpp"
#include "daemon/token_words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <date/date.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace insightd::daemon
{
namespace
{

namespace json = boost::json;
using namespace std::chrono;

std::string age(const std::optional<model::Instant>& instant, model::Instant now)
{
    if (!instant)
        return "never";
    const auto seconds_ago = floor<seconds>(now - *instant).count();
    if (seconds_ago < 120)
        return fmt::format("{} s ago", seconds_ago);
    if (seconds_ago < 2 * 3600)
        return fmt::format("{} min ago", seconds_ago / 60);
    if (seconds_ago < 2 * 86400)
        return fmt::format("{} h ago", seconds_ago / 3600);
    return fmt::format("{} d ago", seconds_ago / 86400);
}

/// "40 d left"; of a token that does not end "never ends".
std::string time_left(const std::optional<model::Instant>& expires_at, model::Instant now)
{
    if (!expires_at)
        return "never ends";
    const auto left = *expires_at - now;
    if (left <= left.zero())
        return "has ended";
    return left < days{2} ? fmt::format("{} h left", floor<hours>(left).count())
                          : fmt::format("{} d left", floor<days>(left).count());
}

/// As in insights.token_status; of a sealed one that no daemon looked at "ok"; empty: not known.
std::string state_of(const model::TokenStatus& token)
{
    if (token.state)
        return token.state->state;
    return token.facts ? "ok" : "";
}

/// The state where somebody has to look after it, else how long it lives, as far as that is known.
std::string token_words(const model::TokenStatus* token, model::Instant now)
{
    const auto state = token != nullptr ? state_of(*token) : "";
    if (state.empty())
        return "-";
    return state == "ok" && token->facts ? time_left(token->facts->expires_at, now) : state;
}

/// "2+1": two that will be read yet, one that never can.
std::string gaps(const model::Health& row)
{
    if (row.gaps_open == 0 && row.gaps_unrecoverable == 0)
        return "-";
    return fmt::format("{}+{}", row.gaps_open, row.gaps_unrecoverable);
}

json::value iso(const std::optional<model::Instant>& instant)
{
    if (!instant)
        return nullptr;
    return json::value(date::format("%FT%TZ", floor<seconds>(*instant)));
}

using Owners = std::map<model::AccountId, const model::Owner*>;

Owners owners_in(const model::Sharing& sharing)
{
    Owners owners;
    for (const auto& owner : sharing.owners)
        if (!owner.instance_id.empty())
            owners[owner.account_id] = &owner;
    return owners;
}

const model::Owner* owner_of(const Owners& owners, model::AccountId account)
{
    const auto found = owners.find(account);
    return found != owners.end() ? found->second : nullptr;
}

/// "host:pid"
std::string name_of(const model::Owner* owner)
{
    return owner != nullptr ? fmt::format("{}:{}", owner->host, owner->pid) : "-";
}

using Tokens = std::map<model::AccountId, const model::TokenStatus*>;

Tokens tokens_of(const Status& status)
{
    Tokens tokens;
    for (const auto& token : status.tokens)
        tokens[token.account_id] = &token;
    return tokens;
}

const model::TokenStatus* token_of(const Tokens& tokens, model::AccountId account)
{
    const auto found = tokens.find(account);
    return found != tokens.end() ? found->second : nullptr;
}

json::value text_or_null(std::string_view text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object object_of(const model::TokenStatus& token)
{
    const auto facts = token.facts.value_or(model::TokenFacts{});
    const auto state = token.state.value_or(model::TokenState{});
    return {
        {"account_id", std::to_string(token.account_id)},
        {"account", token.account},
        {"source", token.state   ? json::value(state.source)
                   : token.facts ? json::value("vault")
                                 : json::value(nullptr)},
        {"kind", token.facts ? json::value(model::to_string(facts.kind)) : json::value(nullptr)},
        {"state", text_or_null(state_of(token))},
        {"reason", state.reason},
        {"mend", state.mend},
        {"refresh_failures", state.refresh_failures},
        {"expires_at", iso(facts.expires_at)},
        {"data_access_expires_at", iso(facts.data_access_expires_at)},
        {"next_refresh_at", iso(facts.next_refresh_at)}};
}

json::object object_of(const model::Health& row, const model::Owner* owner)
{
    json::object object;
    object["account_id"] = std::to_string(row.account_id);
    object["account"] = row.account;
    object["collector"] = row.collector;
    object["state"] = row.state;
    object["last_started_at"] = iso(row.last_started_at);
    object["last_success_at"] = iso(row.last_success_at);
    object["next_due_at"] = iso(row.next_due_at);
    object["consecutive_failures"] = row.consecutive_failures;
    object["error_class"] = row.error_class;
    object["error"] = row.error;
    object["calls"] = row.calls;
    object["budget_percent"] = row.budget_percent ? json::value(*row.budget_percent) : nullptr;
    object["stories_open"] = row.stories_open;
    object["gaps_open"] = row.gaps_open;
    object["gaps_unrecoverable"] = row.gaps_unrecoverable;
    object["owner"] = owner != nullptr ? json::value(name_of(owner)) : nullptr;
    object["owner_instance"] = owner != nullptr ? json::value(owner->instance_id) : nullptr;
    object["owner_since"] = owner != nullptr ? iso(owner->since) : nullptr;
    return object;
}

/// "90d", or "200h" if it is not of whole days.
std::string length(std::chrono::seconds duration)
{
    const auto whole_days = floor<days>(duration);
    return whole_days == duration ? fmt::format("{}d", whole_days.count())
                                  : fmt::format("{}h", floor<hours>(duration).count());
}

/// "2 of 3 accounts are in full from 2026-06-01 to 2026-08-01 on, 7 rows taken, 1 under way"
std::string thinned_so_far(const model::ThinningProgress& progress)
{
    if (!progress.slowest)
        return "nothing was thinned so far";
    const auto text_of = [](model::Day day) { return date::format("%F", day); };
    auto since = text_of(*progress.slowest);
    if (progress.fastest != progress.slowest)
        since += " to " + text_of(*progress.fastest);
    return fmt::format(
        "{} of {} accounts are thinned, and in full from {} on; {} rows taken, {} under way",
        progress.thinned, progress.accounts, since, progress.rows, progress.running);
}

json::object object_of(const model::Instance& instance)
{
    return {
        {"host", instance.host},
        {"pid", instance.pid},
        {"version", instance.version},
        {"started_at", iso(instance.started_at)},
        {"heartbeat_age_seconds", instance.heartbeat_age.count()},
        {"accounts_owned", instance.accounts_owned},
        {"accounts_configured", instance.accounts_configured}};
}

json::object object_of(const model::Block& block)
{
    const bool is_of_account = block.account_id != 0;
    return {
        {"account_id",
         is_of_account ? json::value(std::to_string(block.account_id)) : json::value(nullptr)},
        {"app", is_of_account ? json::value(nullptr) : json::value(block.app)},
        {"until", iso(block.until)}};
}

json::value iso_day(const std::optional<model::Day>& day)
{
    return day ? json::value(date::format("%F", *day)) : json::value(nullptr);
}

/// The facts of retention_line().
json::object retention_of(const Status& status)
{
    const auto& thinning = status.thinning;
    return {
        {"full_resolution_seconds", status.full_resolution
                                        ? json::value(status.full_resolution->count())
                                        : json::value(nullptr)},
        {"accounts", thinning.accounts},
        {"accounts_thinned", thinning.thinned},
        {"accounts_under_way", thinning.running},
        {"in_full_from_slowest", iso_day(thinning.slowest)},
        {"in_full_from_fastest", iso_day(thinning.fastest)},
        {"rows_taken", thinning.rows}};
}

/// null: there is no spool, or none that this user may read.
json::value object_of(const std::optional<spool::Depth>& depth)
{
    if (!depth)
        return nullptr;
    return json::object{{"rows", depth->rows},           {"records", depth->records},
                        {"bytes", depth->bytes},         {"oldest_at", iso(depth->oldest)},
                        {"set_aside", depth->set_aside}, {"rows_lost", depth->untold}};
}

/// What a line of the table is made from.
struct Line {
    const model::Health& row;
    const model::Owner* owner;
    const model::TokenStatus* token;
    model::Instant now;
};

struct Column {
    const char* title;
    int width;   ///< the last one takes what is left
    bool right;  ///< numbers
    int dropped; ///< in which order columns go where there is no room for all; 0: never
    std::string (*text)(const Line&);
};

constexpr std::array columns{
    Column{"ACCOUNT", 20, false, 0, [](const Line& line) { return line.row.account; }},
    Column{"COLLECTOR", 17, false, 0, [](const Line& line) { return line.row.collector; }},
    Column{"STATE", 9, false, 0, [](const Line& line) { return line.row.state; }},
    Column{
        "LAST SUCCESS", 14, false, 5,
        [](const Line& line) { return age(line.row.last_success_at, line.now); }},
    Column{"CALLS", 7, true, 1, [](const Line& line) { return std::to_string(line.row.calls); }},
    Column{
        "BUDGET", 7, true, 3,
        [](const Line& line) {
            return line.row.budget_percent ? fmt::format("{}%", *line.row.budget_percent) : "-";
        }},
    Column{
        "STORIES", 8, true, 4,
        [](const Line& line) { return std::to_string(line.row.stories_open); }},
    Column{"GAPS", 9, true, 4, [](const Line& line) { return gaps(line.row); }},
    Column{
        "TOKEN", 15, false, 3, [](const Line& line) { return token_words(line.token, line.now); }},
    Column{"OWNER", 20, false, 2, [](const Line& line) { return name_of(line.owner); }},
    Column{"ERROR", 20, false, 0, [](const Line& line) { return line.row.error; }},
};

using Columns = std::vector<const Column*>;

/// Those that fit beside one another; what an operator misses least goes first.
Columns columns_within(const std::optional<std::size_t>& width)
{
    Columns shown;
    int needed = 0;
    for (const auto& column : columns) {
        shown.push_back(&column);
        needed += column.width + 1;
    }
    const auto fits = [&] { return !width || needed <= static_cast<int>(*width); };
    for (int order = 1; order <= std::ssize(columns) && !fits(); ++order)
        std::erase_if(shown, [&](const Column* column) {
            if (column->dropped != order || fits())
                return false;
            needed -= column->width + 1;
            return true;
        });
    return shown;
}

template <class Text> std::string line_of(const Columns& shown, Text text)
{
    std::string line;
    for (const auto* column : shown) {
        const std::string value = text(*column);
        const bool is_last = column == shown.back();
        line += is_last         ? value
                : column->right ? fmt::format("{:>{}} ", value, column->width)
                                : fmt::format("{:<{}} ", value, column->width);
    }
    return line + '\n';
}

std::string whose(const model::Block& block, const config::Config& config)
{
    if (block.account_id == 0)
        return "the " + block.app;
    const auto account =
        std::ranges::find(config.accounts, block.account_id, &config::Account::user_id);
    return account != config.accounts.end() ? account->name : std::to_string(block.account_id);
}

} // namespace

std::string health_table(const Status& status, std::optional<std::size_t> width)
{
    const auto owners = owners_in(status.sharing);
    const auto tokens = tokens_of(status);
    const auto shown = columns_within(width);
    std::string text = line_of(shown, [](const Column& column) { return column.title; });
    for (const auto& row : status.health) {
        const Line line{
            row, owner_of(owners, row.account_id), token_of(tokens, row.account_id), status.now};
        text += line_of(shown, [&](const Column& column) { return column.text(line); });
    }
    return text;
}

std::string token_lines(const Status& status)
{
    std::string text;
    for (const auto& token : status.tokens) {
        if (!token.state || token.state->state == "ok")
            continue;
        text += fmt::format("token of {}: {}", token.account, token.state->state);
        if (token.facts && token.facts->expires_at)
            text += fmt::format(", ends {}", date_words(*token.facts->expires_at));
        text += fmt::format(": {}: {}\n", one_line(token.state->reason), token.state->mend);
    }
    return text;
}

std::string status_json(const Status& status)
{
    const auto owners = owners_in(status.sharing);
    json::array collectors, tokens, instances, blocks;
    for (const auto& row : status.health)
        collectors.push_back(object_of(row, owner_of(owners, row.account_id)));
    for (const auto& token : status.tokens)
        tokens.push_back(object_of(token));
    for (const auto& instance : status.sharing.instances)
        instances.push_back(object_of(instance));
    for (const auto& block : status.blocks)
        if (block.until > status.now)
            blocks.push_back(object_of(block));
    return json::serialize(json::object{
        {"database", "there"},
        {"as_of", iso(status.now)},
        {"collectors", std::move(collectors)},
        {"tokens", std::move(tokens)},
        {"instances", std::move(instances)},
        {"blocks", std::move(blocks)},
        {"retention", retention_of(status)},
        {"spool", object_of(status.spool)}});
}

std::string block_lines(
    const std::vector<model::Block>& blocks, const config::Config& config, model::Instant now)
{
    std::string text;
    for (const auto& block : blocks)
        if (block.until > now)
            text += fmt::format(
                "blocked: the platform refused too many calls of {}; the next one is made at {}\n",
                whose(block, config), date::format("%FT%TZ", ceil<seconds>(block.until)));
    return text;
}

std::string instance_lines(const model::Sharing& sharing)
{
    std::string text;
    for (const auto& instance : sharing.instances)
        text += fmt::format(
            "instance {}:{}: {} of its {} accounts, since {}, heartbeat {} s ago, version {}\n",
            instance.host, instance.pid, instance.accounts_owned, instance.accounts_configured,
            date::format("%FT%TZ", floor<seconds>(instance.started_at)),
            instance.heartbeat_age.count(), instance.version);
    return text;
}

std::string
retention_line(const std::optional<seconds>& full, const model::ThinningProgress& progress)
{
    const auto policy = full ? "kept for " + length(*full) + ", older months are thinned"
                             : std::string{"kept for ever"};
    return fmt::format("retention: every reading is {}: {}\n", policy, thinned_so_far(progress));
}

std::string spool_line(const spool::Depth& depth, model::Instant now)
{
    std::vector<std::string> facts;
    if (depth.records > 0)
        facts.push_back(fmt::format(
            "{} rows in {} records wait for the database, {} kB; the oldest was observed {}",
            depth.rows, depth.records, (depth.bytes + 1023) / 1024, age(depth.oldest, now)));
    if (depth.untold > 0)
        facts.push_back(
            fmt::format("{} rows are lost, which the database has not heard of", depth.untold));
    if (depth.set_aside > 0)
        facts.push_back(fmt::format(
            "{} records are kept aside: report what rows_refused in the log says, "
            "deploy/docs/spool.md",
            depth.set_aside));
    return facts.empty() ? "" : fmt::format("spool: {}\n", fmt::join(facts, "; "));
}

std::string outage_json(const std::string& reason, const Status& status)
{
    return json::serialize(json::object{
        {"database", "away"},
        {"reason", reason},
        {"as_of", iso(status.now)},
        {"spool", object_of(status.spool)}});
}

} // namespace insightd::daemon
