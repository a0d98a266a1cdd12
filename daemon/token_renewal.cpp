#include "collectors/graph/oauth.hpp"
#include "daemon/log.hpp"
#include "daemon/replicas/ownership.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/token_plan.hpp"
#include "daemon/token_words.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/vault/seal.hpp"

// How the keeper renews a token, and loses none that the platform gave.
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

constexpr std::chrono::minutes look_again_if_claimed{5};

/// Before the platform is asked: what it answers must be sealed.
graph::Outcome<vault::Keyring> keys_or_reason(const config::Config& config)
{
    try {
        return keys_to_seal(config);
    } catch (const vault::KeyTrouble& trouble) {
        return needs_login(trouble.what());
    }
}

bool is_dead(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::needs_login;
}

} // namespace

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
    if (failure) // the daemon's own judgement stands
        co_return *failure;
    co_await note(judged(account, token));
    co_return token->sealed->facts;
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
    if (services_.ownership != nullptr && !services_.ownership->may_call(account.user_id, false))
        co_return not_now("it may be another insightd's by now"); // and so may the claim
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
        co_return needs_login(std::get<std::string>(std::move(secret)));
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

} // namespace insightd::daemon
