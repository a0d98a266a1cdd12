#include "daemon/token_keeper.hpp"

#include "collectors/graph/dead_token.hpp"
#include "collectors/graph/oauth.hpp"
#include "daemon/log.hpp"
#include "daemon/setup.hpp"
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

/// Who renews a token has it for as long as three tries of four steps each may take.
std::chrono::seconds claim_time(const config::Api& api)
{
    return api.timeout * 12 + std::chrono::minutes{1};
}

constexpr std::chrono::hours look_every{24};
constexpr std::chrono::minutes look_every_while_dead{1}; // someone may be logging in right now
constexpr std::chrono::minutes look_again_if_claimed{5};
constexpr std::chrono::hours restate_every{6};

graph::Failure no_token(std::string reason)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::needs_login;
    failure.message = std::move(reason);
    return failure;
}

graph::Failure not_now(std::string reason)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::account_throttled; // exit code 75: try again later
    failure.message = std::move(reason);
    return failure;
}

/// Before the platform is asked: what it answers must be sealed.
graph::Outcome<vault::Keyring> keys_or_reason(const config::Config& config)
{
    try {
        return keys_to_seal(config);
    } catch (const vault::KeyTrouble& trouble) {
        return no_token(trouble.what());
    }
}

bool is_dead(const graph::Failure& failure)
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
    : services_{std::move(services)}, pending_{services_.config.state_dir / "renewed-tokens"}
{
}

asio::awaitable<graph::Outcome<graph::Client::Identity>>
TokenKeeper::identity(const config::Account& account)
{
    auto token = co_await current(account);
    if (!token) {
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
        co_return no_token(std::move(*reason));
    identity.app_secret = std::get<config::Secret>(std::move(secret));
    co_return identity;
}

asio::awaitable<TokenKeeper::Look> TokenKeeper::look_after(const config::Account& account)
{
    auto token = co_await current(account);
    auto& memory = memories_[account.user_id];
    const bool is_new = memory.looked && token && memory.looked_after != token->version;
    if (token && token->sealed && !memory.death && is_due(token->sealed->facts))
        co_await renew(account, *token);
    if (token && token->sealed)
        facts_[account.user_id] = token->sealed->facts;
    co_await note(judged(account, token));
    // Only now: a look that the database cut short begins anew.
    memory.looked = true;
    memory.looked_after = token ? std::optional{token->version} : std::nullopt;
    co_return Look{next_look(token, memory), is_new};
}

bool TokenKeeper::is_due(const model::TokenFacts& facts) const
{
    const auto now = services_.clock.now();
    return facts.next_refresh_at && *facts.next_refresh_at <= now &&
           now >= facts.issued_at + youngest_renewal;
}

asio::awaitable<graph::Outcome<model::TokenFacts>>
TokenKeeper::renew_now(const config::Account& account)
{
    auto token = co_await current(account);
    if (!token)
        co_return token.error();
    if (!token->sealed || !first_renewal(token->sealed->facts))
        co_return not_now("it needs no renewal");
    const auto& facts = token->sealed->facts;
    const auto earliest = facts.issued_at + youngest_renewal;
    if (facts.expires_at && services_.clock.now() < earliest)
        co_return not_now(
            "it is younger than a day: the platform renews it from " + date_words(earliest));
    const auto failure = co_await renew(account, *token);
    co_await note(judged(account, token));
    if (failure)
        co_return *failure;
    co_return token->sealed->facts;
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
            co_return no_token(std::move(*reason));
        Current found;
        found.token = std::get<config::Secret>(std::move(resolved));
        found.version = std::hash<std::string>{}(found.token.reveal());
        saw(account.user_id, found.version);
        co_return found;
    }
    co_await store_pending(account.user_id);
    auto sealed = co_await services_.database.token(account.user_id);
    if (!sealed)
        co_return no_token("the vault holds no token of " + account.name);
    saw(account.user_id, static_cast<std::uint64_t>(sealed->revision));
    co_return opened(std::move(*sealed));
}

/// A token that was renewed while the database was away, or by a daemon that was killed, is the one
/// that the platform takes: it is stored before anything else.
asio::awaitable<void> TokenKeeper::store_pending(model::AccountId account)
{
    auto& memory = memories_[account];
    if (!memory.looked && !memory.pending)
        memory.pending = pending_.load(account);
    if (!memory.pending)
        co_return;
    auto sealed = *memory.pending;
    const auto revision = co_await services_.database.replace_token(std::move(sealed));
    log::info(
        "token_renewed",
        {{"account_id", account},
         {"stored", revision ? "late" : "no: someone logged in, or forgot it, meanwhile"}});
    memory.pending.reset();
    pending_.remove(account);
}

graph::Outcome<TokenKeeper::Current> TokenKeeper::opened(model::SealedToken sealed) const
{
    const auto& expires_at = sealed.facts.expires_at;
    if (expires_at && *expires_at <= services_.clock.now())
        return no_token("the token expired " + date_words(*expires_at) + " and was not renewed");
    try {
        Current found;
        found.token = vault::open(keys_to_open(services_.config), sealed);
        found.version = static_cast<std::uint64_t>(sealed.revision);
        found.sealed = std::move(sealed);
        return found;
    } catch (const vault::KeyTrouble& trouble) {
        return no_token(trouble.what());
    }
}

/// One instance at a time. What comes back is sealed and kept at once: in a file until the database
/// has it, so that it is not lost whatever happens in between.
asio::awaitable<std::optional<graph::Failure>>
TokenKeeper::renew(const config::Account& account, Current& current)
{
    const auto revision = current.sealed->revision;
    auto& facts = current.sealed->facts;
    const auto claim = claim_time(services_.config.api);
    if (!co_await services_.database.claim_token(account.user_id, revision, claim)) {
        facts.next_refresh_at = services_.clock.now() + look_again_if_claimed;
        co_return not_now("another insightd renews it at this moment");
    }
    auto sealed = co_await renewed(account, current);
    if (!sealed) {
        co_await renewal_failed(account, current, sealed.error());
        co_return sealed.error();
    }
    auto& memory = memories_[account.user_id];
    memory.pending = *sealed;
    if (!pending_.save(*sealed))
        log::warning(
            "renewed_token_not_in_file",
            {{"account", account.name}, {"mend", "give state_dir to the user insightd runs as"}});
    auto row = *sealed;
    const auto stored = co_await services_.database.replace_token(std::move(row));
    memory.pending.reset();
    pending_.remove(account.user_id);
    if (!stored)
        co_return not_now("someone logged in meanwhile: that token stands");
    sealed->revision = *stored;
    saw(account.user_id, static_cast<std::uint64_t>(*stored));
    log::info(
        "token_renewed",
        {{"account", account.name},
         {"expires_at",
          sealed->facts.expires_at ? date_words(*sealed->facts.expires_at) : "never"}});
    auto opened_again = opened(std::move(*sealed));
    if (opened_again)
        current = std::move(*opened_again);
    co_return std::nullopt;
}

/// Asks for the token that takes the place of this one, and seals it.
asio::awaitable<graph::Outcome<model::SealedToken>>
TokenKeeper::renewed(const config::Account& account, const Current& current)
{
    auto secret = app_secret_of(services_.config.api, account.login);
    const auto* known = std::get_if<config::Secret>(&secret);
    if (known == nullptr && account.login == config::Login::facebook)
        co_return no_token(std::get<std::string>(std::move(secret)));
    const auto keys = keys_or_reason(services_.config);
    if (!keys)
        co_return keys.error();
    graph::OAuth oauth{
        services_.transport, services_.config.api, account.login,
        known != nullptr ? *known : config::Secret{}, services_.pause};
    auto grant = co_await oauth.refreshed(current.token);
    if (!grant)
        co_return grant.error();
    const auto now = services_.clock.now();
    auto facts = current.sealed->facts;
    facts.issued_at = now;
    facts.refreshed_at = now;
    facts.expires_at = now + grant->expires_in.value_or(longest_life); // at the latest
    if (!grant->permissions.empty())
        facts.scopes = grant->permissions;
    facts.next_refresh_at = first_renewal(facts);
    auto sealed = vault::seal(*keys, grant->token, facts);
    sealed.revision = current.sealed->revision;
    co_return sealed;
}

asio::awaitable<void> TokenKeeper::renewal_failed(
    const config::Account& account, Current& current, graph::Failure failure)
{
    auto& memory = memories_[account.user_id];
    auto& facts = current.sealed->facts;
    const auto now = services_.clock.now();
    ++memory.renewal_failures;
    facts.next_refresh_at = next_renewal(facts, memory.renewal_failures, now);
    memory.renewal = failure;
    if (is_dead(failure) && failure.code != 0)
        memory.death = failure;
    co_await services_.database.release_token(
        account.user_id, current.sealed->revision, *facts.next_refresh_at);
    const auto shout = is_alarming(facts, now) ? log::error : log::warning;
    shout(
        "token_renewal_failed",
        {{"account", account.name},
         {"reason", graph::to_string(failure)},
         {"failures", memory.renewal_failures},
         {"expires_at", facts.expires_at ? date_words(*facts.expires_at) : "not known"},
         {"next_try_at", date_words(*facts.next_refresh_at)},
         {"mend", is_alarming(facts, now) ? login_command(account) : renew_command(account)}});
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
    if (says_the_same(before, state) && state.as_of < before.as_of + restate_every)
        co_return;
    std::vector<model::TokenState> states{state};
    co_await services_.database.write_token_states(std::move(states));
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
    const auto usual = now + look_every;
    const auto due = current->sealed ? current->sealed->facts.next_refresh_at : std::nullopt;
    return due ? std::clamp(*due, now + std::chrono::seconds{1}, usual) : usual;
}

} // namespace insightd::daemon
