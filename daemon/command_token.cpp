#include "daemon/commands.hpp"

#include "daemon/hidden_input.hpp"
#include "daemon/token_desk.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/token_words.hpp"
#include "storage/vault/seal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

asio::awaitable<ExitCode> add(TokenDesk& desk, const config::Account& account, config::Secret token)
{
    const auto who = co_await adopt_token(desk.services(), account, std::move(token));
    if (!who)
        co_return complain(account.name, who.error());
    fmt::print("ok    {}: the token of @{} is sealed", account.name, who->username);
    if (who->facts.next_refresh_at)
        fmt::print(", renewed by `insightd run` from {}", date_words(*who->facts.next_refresh_at));
    fmt::print("\n");
    co_return ExitCode::ok;
}

asio::awaitable<ExitCode> renew(TokenDesk& desk, const config::Account& account)
{
    TokenKeeper keeper{{desk.config, *desk.clock, desk.transport, desk.database, desk.pause}};
    const auto facts = co_await keeper.renew_now(account);
    if (!facts)
        co_return complain(account.name, facts.error());
    fmt::print(
        "ok    {}: renewed, good until {}\n", account.name,
        facts->expires_at ? date_words(*facts->expires_at) : "it is revoked");
    co_return ExitCode::ok;
}

asio::awaitable<ExitCode> forget(TokenDesk& desk, const config::Account& account)
{
    const bool there = co_await desk.database.remove_token(account.user_id);
    fmt::print(
        "{}    {}: {}\n", there ? "ok" : "--", account.name,
        there ? "its token is forgotten; it can still be used until it is revoked in the account's "
                "settings"
              : "the vault held none");
    co_return ExitCode::ok;
}

std::string day_or(const std::optional<model::Instant>& instant, const char* otherwise)
{
    return instant ? date_words(*instant).substr(0, 10) : otherwise;
}

asio::awaitable<ExitCode> list(TokenDesk& desk)
{
    const auto now = desk.clock->now();
    fmt::print(
        "{:<20} {:<11} {:<15} {:<15} {:>8}  {:<10} {:<10} {:<8}  {}\n", "ACCOUNT", "SOURCE", "KIND",
        "STATE", "AGE", "EXPIRES", "RENEWED", "KEY", "SCOPES");
    for (const auto& row : co_await desk.database.token_status()) {
        const auto& facts = row.facts;
        const auto age =
            facts
                ? fmt::format(
                      "{} d", std::chrono::floor<std::chrono::days>(now - facts->issued_at).count())
                : "-";
        fmt::print(
            "{:<20} {:<11} {:<15} {:<15} {:>8}  {:<10} {:<10} {:<8}  {}\n", row.account,
            row.state ? row.state->source
            : facts   ? "vault"
                      : "-",
            facts ? model::to_string(facts->kind) : "-",
            row.state ? row.state->state
            : facts   ? "ok"
                      : "unknown",
            age, facts ? day_or(facts->expires_at, "never") : "-",
            facts ? day_or(facts->next_refresh_at, "-") : "-", facts ? row.key_id : "-",
            facts ? fmt::format("{}", fmt::join(facts->scopes, ",")) : "");
        if (row.state && !row.state->reason.empty())
            fmt::print("{:<20} {}: {}\n", "", one_line(row.state->reason), row.state->mend);
    }
    co_return ExitCode::ok;
}

/// All tokens under the newest key. What is stored meanwhile is sealed with it already: everyone
/// reads the keys anew.
asio::awaitable<std::size_t> reseal(TokenDesk& desk, vault::Keyring keys)
{
    std::vector<model::SealedToken> anew;
    for (const auto& old : co_await desk.database.tokens()) {
        try {
            anew.push_back(vault::seal(keys, vault::open(keys, old), old.facts));
            anew.back().revision = old.revision;
        } catch (const vault::KeyTrouble& trouble) {
            fmt::print(stderr, "left as it is: {}\n", trouble.what()); // one row sinks no other
        }
    }
    co_return co_await desk.database.reseal_tokens(std::move(anew));
}

/// One rotation at a time: another would drop the key that this one seals with.
class RotationLock
{
public:
    explicit RotationLock(const std::filesystem::path& key_file)
        : handle_{open((key_file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)}
    {
        flock(handle_, LOCK_EX);
    }
    ~RotationLock() { close(handle_); }
    RotationLock(const RotationLock&) = delete;
    RotationLock& operator=(const RotationLock&) = delete;

private:
    int handle_;
};

asio::awaitable<void> reseal_people(TokenDesk& desk, vault::Keyring keys)
{
    const auto sealed = co_await desk.database.people_key();
    if (!sealed)
        co_return;
    std::optional<model::SealedKey> anew;
    try {
        anew = vault::seal_people_key(keys, vault::open_people_key(keys, *sealed));
    } catch (const vault::KeyTrouble& trouble) {
        fmt::print(stderr, "left as it is: {}\n", trouble.what());
    }
    if (anew)
        co_await desk.database.reseal_people_key(std::move(*anew));
}

/// A key of our own file: the new one is there, for all to see, before anything is sealed with it,
/// and the one before stays, because a daemon may be sealing with it at this very moment.
asio::awaitable<ExitCode> rotate(TokenDesk& desk)
{
    const auto file = own_key_file(desk.config);
    const RotationLock lock{file};
    const bool is_ours = !desk.config.vault_key;
    auto keys = keys_to_seal(desk.config);
    if (is_ours) {
        keys = keys.with(vault::Key::random());
        keys.save(file);
    }
    const auto count = co_await reseal(desk, keys);
    co_await reseal_people(desk, keys);
    if (is_ours)
        keys.only(2).save(file);
    fmt::print(
        "ok    {} token{} sealed with key {}{}\n", count, count == 1 ? "" : "s", keys.newest().id(),
        is_ours ? "" : "; older lines of the vault's key can go once every insightd read the new");
    co_return ExitCode::ok;
}

} // namespace

ExitCode command_token_add(
    const CommonOptions& common, const std::string& account, std::optional<config::Secret> token)
{
    const auto desk = open_desk(common);
    const auto* settings = desk ? desk->account_in_vault(account) : nullptr;
    if (settings == nullptr)
        return ExitCode::config;
    keys_to_seal(desk->config);
    if (!token)
        token = hidden_input("token of " + account);
    if (token->empty()) {
        fmt::print(stderr, "insightd: no token on standard input\n");
        return ExitCode::usage;
    }
    return desk->run(add(*desk, *settings, *std::move(token)));
}

ExitCode command_token_refresh(const CommonOptions& common, const std::string& account)
{
    const auto desk = open_desk(common);
    const auto* settings = desk ? desk->account_in_vault(account) : nullptr;
    return settings != nullptr ? desk->run(renew(*desk, *settings)) : ExitCode::config;
}

ExitCode command_token_forget(const CommonOptions& common, const std::string& account)
{
    const auto desk = open_desk(common);
    const auto* settings = desk ? desk->account(account) : nullptr;
    return settings != nullptr ? desk->run(forget(*desk, *settings)) : ExitCode::config;
}

ExitCode command_token_list(const CommonOptions& common)
{
    const auto desk = open_desk(common);
    return desk ? desk->run(list(*desk)) : ExitCode::config;
}

ExitCode command_token_rotate_key(const CommonOptions& common)
{
    const auto desk = open_desk(common);
    if (!desk)
        return ExitCode::config;
    return desk->run(rotate(*desk));
}

} // namespace insightd::daemon
