#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/running.hpp"
#include "daemon/token_keeper.hpp"

// What the engine has to do with tokens.
namespace insightd::daemon
{

boost::asio::awaitable<graph::Outcome<std::unique_ptr<graph::Client>>>
Engine::client_of(const Account& account)
{
    graph::Failure stopped;
    stopped.kind = graph::FailureClass::unreachable;
    stopped.message = "the daemon stops while the database is away";
    graph::Outcome<graph::Client::Identity> identity{stopped};
    const auto ask = [&]() -> boost::asio::awaitable<void> {
        identity = co_await services_.tokens.identity(account.settings());
    };
    co_await with_store(ask);
    if (!identity)
        co_return identity.error();
    auto observer = [name = account.settings().name](const graph::CallReport& call) {
        log::debug("call", {{"account", name}, {"url", call.url}, {"status", call.status}});
    };
    co_return std::make_unique<graph::Client>(
        services_.transport, services_.config.api, std::move(*identity), services_.pause,
        std::move(observer), &permits_.at(account.index()), &memory_);
}

/// A dead token is seen at the first poll that meets it; a token that works again, too. What befell
/// a token that was replaced meanwhile is no news.
boost::asio::awaitable<void> Engine::tell_tokens(
    Account& account, std::uint64_t version, const std::optional<graph::Failure>& failure)
{
    const bool dead = failure && failure->kind == graph::FailureClass::needs_login;
    if ((failure && !dead) || !is_ours(account))
        co_return;
    const auto tell = [&]() -> boost::asio::awaitable<void> {
        if (dead)
            co_await services_.tokens.died(account.settings(), version, *failure);
        else
            co_await services_.tokens.lives(account.settings(), version);
    };
    co_await with_store(tell);
}

/// Watches and renews the account's token; a new one ends the pause that the old one began.
boost::asio::awaitable<void> Engine::look_after_token(Account& account)
{
    TokenKeeper::Look look;
    const auto watch = [&]() -> boost::asio::awaitable<void> {
        look = co_await services_.tokens.look_after(account.settings());
    };
    if (!co_await with_store(watch))
        co_return;
    const auto now = services_.clock.now();
    scheduler_.add(account.token_task(), look.next);
    ++progress_.tasks_done;
    if (!look.is_new || account.paused_until <= now)
        co_return;
    log::info("resumes", {{"account", account.settings().name}, {"reason", "a new token"}});
    scheduler_.pull_forward(account.token_task().account, account.paused_until, now);
    account.paused_until = now;
    account.pauses_in_row = 0;
}

} // namespace insightd::daemon
