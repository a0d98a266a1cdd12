#include "daemon/token_desk.hpp"

#include "collectors/catalog.hpp"
#include "daemon/reaction.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

asio::awaitable<ExitCode> prepared(TokenDesk& desk, asio::awaitable<ExitCode> command)
{
    co_await desk.database.prepare(account_rows(desk.config), catalog::rows(desk.config.accounts));
    co_return co_await std::move(command);
}

} // namespace

TokenDesk::TokenDesk(config::Config settings)
    : config{std::move(settings)}, location{config}, clock{make_clock(config.clock)},
      transport{loop.get_executor(), transport_limits(config.api)},
      database{location.url(), location.before_connecting()}, pause{pause_between_tries(
                                                                  loop.get_executor(), *clock)}
{
    database.set_engine(config.storage.engine);
}

LoginServices TokenDesk::services()
{
    return {config, *clock, transport, database, pause};
}

const config::Account* TokenDesk::account(const std::string& name) const
{
    const auto found = std::ranges::find(config.accounts, name, &config::Account::name);
    if (found != config.accounts.end())
        return &*found;
    fmt::print(stderr, "insightd: no account '{}' in the configuration\n", name);
    return nullptr;
}

const config::Account* TokenDesk::account_in_vault(const std::string& name) const
{
    const auto* found = account(name);
    if (found == nullptr || !found->token)
        return found;
    fmt::print(
        stderr,
        "insightd: the configuration takes the token of '{}' from {}: write `token: {{vault: "
        "true}}` to keep it in the vault\n",
        name, config::to_string(*found->token));
    return nullptr;
}

ExitCode TokenDesk::run(asio::awaitable<ExitCode> command)
{
    std::optional<ExitCode> code;
    std::exception_ptr broken;
    asio::co_spawn(
        loop, prepared(*this, std::move(command)), [&](std::exception_ptr error, ExitCode ended) {
            broken = std::move(error);
            code = ended;
            loop.stop();
        });
    loop.run();
    if (broken)
        std::rethrow_exception(broken);
    return *code;
}

std::unique_ptr<TokenDesk> open_desk(const CommonOptions& common)
{
    auto config = load_config(common.config_file);
    return config ? std::make_unique<TokenDesk>(std::move(*config)) : nullptr;
}

ExitCode complain(std::string_view about, const graph::Failure& failure)
{
    const auto said = failure.code != 0 ? graph::to_string(failure) : failure.message;
    fmt::print(stderr, "{}: {}\n", about, one_line(said));
    return exit_code_of(failure.kind);
}

std::string one_line(std::string_view text)
{
    std::string line{text};
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
    return line;
}

std::string account_name_of(const std::string& username)
{
    constexpr std::size_t longest = 64;
    auto name = username.substr(0, longest);
    std::ranges::replace_if(
        name,
        [](char c) {
            return !(
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '.' || c == '-');
        },
        '_');
    return name;
}

std::string account_yaml(const Discovered& found)
{
    const auto name = account_name_of(found.page.instagram_username);
    return fmt::format(
        "  - name: {}\n    login: facebook\n    user_id: \"{}\"\n    token: {{vault: true}}\n",
        name.empty() ? std::to_string(found.facts.account_id) : name, found.facts.account_id);
}

} // namespace insightd::daemon
