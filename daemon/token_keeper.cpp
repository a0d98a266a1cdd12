#include "daemon/token_keeper.hpp"

#include "collectors/graph/dead_token.hpp"
#include "daemon/log.hpp"
#include "daemon/token_plan.hpp"
#include "daemon/token_words.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/vault/seal.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::hours look_every{24};
constexpr std::chrono::minutes look_every_while_dead{1}; // someone may be logging in right now
constexpr std::chrono::hours restate_every{6};

/// The database is back within seconds, or someone sees to it: not a day.
constexpr std::chrono::minutes look_again_while_away{1};

/// That the database is away says nothing about the token.
bool is_judgement(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::needs_login;
}

bool says_the_same(const model::TokenState& left, const model::TokenState& right)
{
    auto dated = left;
    dated.as_of = right.as_of;
    return dated == right;
}

} // namespace

TokenKeeper::TokenKeeper(Services services)
    : services_{std::move(services)}, people_key_{services_.config, services_.database},
      pending_{services_.config.state_dir / "renewed-tokens"}
{
}

asio::awaitable<graph::Outcome<graph::Client::Identity>>
TokenKeeper::identity(const config::Account& account)
{
    auto token = co_await current(account);
    if (!token) {
        if (is_judgement(token.error()))
            co_await note(judged(account, token));
        co_return token.error();
    }
    graph::Client::Identity identity;
    identity.version = token->version;
    identity.login = account.login;
    identity.token = std::move(token->token);
    if (account.login != config::Login::facebook || !services_.config.api.app.secret)
        co_return identity;
    auto secret = config::resolve(*services_.config.api.app.secret);
    if (auto* reason = std::get_if<std::string>(&secret))
        co_return needs_login(std::move(*reason));
    identity.app_secret = std::get<config::Secret>(std::move(secret));
    co_return identity;
}

asio::awaitable<TokenKeeper::Look> TokenKeeper::look_after(const config::Account& account)
{
    auto token = co_await current(account);
    auto& memory = memories_[account.user_id];
    const bool is_new = memory.looked && token && memory.looked_after != token->version;
    if (token && token->sealed && !memory.death && is_due(token->sealed->facts))
        co_await renew_if_due(account, *token);
    if (token && token->sealed)
        facts_[account.user_id] = token->sealed->facts;
    if (token || is_judgement(token.error()))
        co_await note(judged(account, token));
    // Only now: a look that the database cut short begins anew.
    memory.looked = true;
    memory.looked_after = token ? std::optional{token->version} : std::nullopt;
    co_return Look{next_look(token, memory), is_new};
}

asio::awaitable<void>
TokenKeeper::died(const config::Account& account, std::uint64_t version, graph::Failure failure)
{
    const auto token = co_await current(account);
    if (!token || token->version != version)
        co_return;
    memories_[account.user_id].death = std::move(failure);
    co_await note(judged(account, token));
}

asio::awaitable<void> TokenKeeper::lives(const config::Account& account, std::uint64_t version)
{
    const auto& memory = memories_[account.user_id];
    if (!memory.death || memory.version != version)
        co_return;
    memories_[account.user_id].death.reset();
    const auto token = co_await current(account);
    if (token || is_judgement(token.error()))
        co_await note(judged(account, token));
}

bool TokenKeeper::is_outdated(model::AccountId account, std::uint64_t version) const
{
    const auto found = memories_.find(account);
    return found != memories_.end() && found->second.version && found->second.version != version;
}

/// What is known of a token goes with it.
void TokenKeeper::saw(model::AccountId account, std::uint64_t version)
{
    auto& memory = memories_[account];
    if (std::exchange(memory.version, version) == version)
        return;
    memory.death.reset();
    memory.renewal.reset();
    memory.renewal_failures = 0;
}

asio::awaitable<graph::Outcome<TokenKeeper::Current>>
TokenKeeper::current(const config::Account& account)
{
    if (account.token) {
        auto resolved = config::resolve(*account.token);
        if (auto* reason = std::get_if<std::string>(&resolved))
            co_return needs_login(std::move(*reason));
        Current found;
        found.token = std::get<config::Secret>(std::move(resolved));
        found.version = std::hash<std::string>{}(found.token.reveal());
        saw(account.user_id, found.version);
        co_return found;
    }
    auto found = co_await current_in_database(account);
    if (found)
        co_return std::move(*found);
    co_return co_await current_in_cache(account);
}

graph::Outcome<TokenKeeper::Current> TokenKeeper::opened(model::SealedToken sealed) const
{
    const auto& expires_at = sealed.facts.expires_at;
    if (expires_at && *expires_at <= services_.clock.now())
        return needs_login("the token expired " + date_words(*expires_at) + " and was not renewed");
    try {
        Current found;
        found.token = vault::open(keys_to_open(services_.config), sealed);
        found.version = static_cast<std::uint64_t>(sealed.revision);
        found.sealed = std::move(sealed);
        return found;
    } catch (const vault::KeyTrouble& trouble) {
        return needs_login(trouble.what());
    }
}

model::TokenState
TokenKeeper::judged(const config::Account& account, const graph::Outcome<Current>& current) const
{
    const auto found = memories_.find(account.user_id);
    const auto memory = found != memories_.end() ? found->second : Memory{};
    model::TokenState state;
    state.account_id = account.user_id;
    state.source = account.token ? config::kind_of(*account.token) : "vault";
    state.as_of = services_.clock.now();
    state.refresh_failures = memory.renewal_failures;
    state.state = "ok";
    if (!current) {
        state.state = "needs_login";
        state.reason = current.error().message;
        state.mend = login_command(account);
    } else if (memory.death) {
        state.state = "needs_login";
        state.reason = std::string{graph::reason_of_death(*memory.death)} + " (" +
                       graph::to_string(*memory.death) + ")";
        state.mend = login_command(account);
    } else if (memory.renewal) {
        state.state = "refresh_failing";
        state.reason = graph::to_string(*memory.renewal);
        state.mend = current->sealed && is_alarming(current->sealed->facts, state.as_of)
                         ? login_command(account)
                         : renew_command(account);
    } else if (
        const auto by =
            current->sealed ? login_needed_by(current->sealed->facts, state.as_of) : std::nullopt) {
        state.state = "expires_soon";
        state.reason = "a person must log in again by " + date_words(*by);
        state.mend = login_command(account);
    }
    return state;
}

/// Writes what is new, and now and then what is not: how old the news are is news as well.
asio::awaitable<void> TokenKeeper::note(model::TokenState state)
{
    const auto known = states_.find(state.account_id);
    const auto before = known != states_.end() ? known->second : model::TokenState{};
    auto& unwritten = unwritten_[state.account_id];
    if (says_the_same(before, state) && state.as_of < before.as_of + restate_every && !unwritten)
        co_return;
    unwritten = !co_await write_state(state);
    if (before.state != state.state)
        say(state);
    states_[state.account_id] = std::move(state);
}

/// One line for each change: an error where collection stops, a warning where it will.
void TokenKeeper::say(const model::TokenState& state) const
{
    const auto account =
        std::ranges::find(services_.config.accounts, state.account_id, &config::Account::user_id);
    const auto name = account != services_.config.accounts.end() ? account->name : "";
    if (state.state == "needs_login")
        log::error(
            "token_dead", {{"account", name}, {"reason", state.reason}, {"mend", state.mend}});
    else if (state.state == "expires_soon")
        log::warning(
            "token_expires_soon",
            {{"account", name}, {"reason", state.reason}, {"mend", state.mend}});
    else
        log::debug("token_state", {{"account", name}, {"state", state.state}});
}

model::Instant
TokenKeeper::next_look(const graph::Outcome<Current>& current, const Memory& memory) const
{
    const auto now = services_.clock.now();
    if (!current || memory.death)
        return now + look_every_while_dead;
    if (current->from_cache || !may_ask_database())
        return now + look_again_while_away;
    const auto usual = now + look_every;
    const auto due = current->sealed ? current->sealed->facts.next_refresh_at : std::nullopt;
    return due ? std::clamp(*due, now + std::chrono::seconds{1}, usual) : usual;
}

} // namespace insightd::daemon
