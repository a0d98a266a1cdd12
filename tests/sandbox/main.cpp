#include "tests/sandbox/pushes.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/setup.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>

namespace insightd::sandbox
{
namespace
{

struct Wish {
    unsigned short instagram_port = 0;
    unsigned short facebook_port = 0;
    std::uint64_t seed = 1;
    std::string anchor;
    std::string start;
    int speed = 1;
    std::size_t accounts = 0;
    int days_of_history = 40;
    int post_every_minutes = 20 * 60;
    std::size_t chats = 0;
    std::filesystem::path config;
    std::string database = "embedded";
    std::filesystem::path state_dir = "/tmp/insightd-sandbox";
    std::vector<std::string> revocations;
    std::string webhook;
    std::optional<int> days_served;
    bool local_days = false;
    int settled_after_hours = 40;
    int revised_after_hours = 0;
    Faults faults;
};

Instant machine_time()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Instant instant_of(const std::string& text)
{
    std::istringstream in{text};
    date::sys_time<std::chrono::microseconds> instant;
    in >> date::parse("%FT%TZ", instant);
    if (in.fail())
        throw CLI::ValidationError{text + " is no instant such as 2026-01-02T08:00:00Z"};
    return instant;
}

std::string text_of(Instant instant)
{
    return date::format("%FT%TZ", instant);
}

void add_options(CLI::App& app, Wish& wish)
{
    app.add_option("--instagram-port", wish.instagram_port, "0 takes any free port");
    app.add_option("--facebook-port", wish.facebook_port, "0 takes any free port");
    app.add_option("--seed", wish.seed, "another seed, another world");
    app.add_option("--anchor", wish.anchor, "real instant of the scaled clock; now if not given");
    app.add_option("--start", wish.start, "virtual instant at the anchor; the anchor if not given");
    app.add_option("--speed", wish.speed, "virtual seconds per real one");
    app.add_option("--accounts", wish.accounts, "accounts for measurements; else the three");
    app.add_option("--days-of-history", wish.days_of_history, "posts before the start");
    app.add_option("--post-every", wish.post_every_minutes, "minutes between posts");
    app.add_option("--chats", wish.chats, "conversations of each account");
    app.add_option("--write-config", wish.config, "write an insightd configuration to this file");
    app.add_option("--database", wish.database, "what the configuration says under `database`");
    app.add_option("--state-dir", wish.state_dir, "what the configuration says under `state_dir`");
    app.add_option("--webhook", wish.webhook, "where stories are pushed to when they end");
    app.add_option("--errors", wish.faults.errors, "share of calls answered by HTTP 500");
    app.add_option("--random-errors", wish.faults.random_errors, "the same, at random");
    app.add_option("--gone-in-disguise", wish.faults.gone_in_disguise, "share of 100/33");
    app.add_option("--dead-token-of", wish.faults.dead_token_of, "username");
    app.add_option("--throttled", wish.faults.throttled, "username");
    app.add_flag("--html", wish.faults.html, "answer HTML pages");
    app.add_flag("--truncated", wish.faults.truncated, "cut every body");
    app.add_flag("--cursor-loop", wish.faults.cursor_loop, "lists without an end");
    app.add_option("--days-served", wish.days_served, "days of the account back from now; all");
    app.add_flag("--silent-days", wish.faults.days.silent, "older ones: no data, and no error");
    app.add_option("--most-rows", wish.faults.most_rows, "a larger limit is too much data");
    app.add_flag("--no-batches", wish.faults.batches.unknown, "the Facebook host knows none");
    app.add_option(
        "--unfinished", wish.faults.batches.unfinished, "share of a batch's members left out");
}

void add_limit_options(CLI::App& app, Wish& wish)
{
    auto& limits = wish.faults.limits;
    app.add_option("--app-calls", limits.app_calls_an_hour, "calls an hour of each host's app")
        ->check(CLI::PositiveNumber);
    app.add_option("--account-calls", limits.account_calls_a_day, "calls a day of each account")
        ->check(CLI::PositiveNumber);
    app.add_option(
        "--others-of-app", limits.others_of_app, "percent of its limit that another program uses");
    app.add_option("--others-of-accounts", limits.others_of_accounts, "the same of each account");
}

void add_day_options(CLI::App& app, Wish& wish)
{
    app.add_flag("--local-days", wish.local_days, "days end at midnight of the account's zone");
    app.add_option("--settled-after", wish.settled_after_hours, "hours that a day's numbers grow");
    app.add_option("--revised-after", wish.revised_after_hours, "hours until they change again");
    app.add_flag("--empty-series", wish.faults.empty_series, "series without a point");
    app.add_option(
        "--series-leaves-out", wish.faults.series_leaves_out, "of how many days one is left out");
    app.add_flag("--moved-days", wish.faults.moved_days, "days end where the other kind's do");
}

std::vector<AccountSpec> accounts_of(const Wish& wish)
{
    auto accounts = wish.accounts > 0 ? many_accounts(wish.accounts) : three_accounts();
    for (auto& account : accounts)
        account.local_days = wish.local_days;
    return accounts;
}

void add_login_options(CLI::App& app, Wish& wish)
{
    auto& login = wish.faults.login;
    app.add_option("--refresh-errors", wish.faults.refresh_errors, "share of HTTP 500 to renewals");
    app.add_option(
        "--revoke", wish.revocations,
        "NAME:SUBCODE, NAME:SUBCODE@INSTANT or NAME:SUBCODE@SIGUSR1, of 190");
    app.add_option("--logs-in", login.logs_in, "username; the first of the host if not given");
    app.add_flag("--cancel-login", login.cancels, "the user denies");
    app.add_option("--withhold", login.withheld, "scopes that the user does not grant");
    app.add_option("--redirect-uri", login.redirect_uris, "registered; any on loopback if none");
    app.add_flag("--flat-answers", login.flat_answers, "code exchange without `data`");
    app.add_flag("--same-string", login.same_string, "a refresh prolongs the same token");
    app.add_flag("--silent-permissions", login.silent_permissions, "a refresh names no scopes");
    app.add_flag("--silent-expiry", login.silent_expiry, "fb_exchange_token without expires_in");
    app.add_flag("--ids-as-numbers", login.ids_as_numbers, "in debug_token");
    app.add_flag("--all-pages", login.all_pages, "everybody manages every Page");
    app.add_flag("--pages-of-business", login.pages_of_business, "they need business_management");
    app.add_flag("--require-proof", login.requires_proof, "Facebook demands appsecret_proof");
}

std::size_t index_of(const World& world, const std::string& name)
{
    const auto found = std::ranges::find(world.accounts(), name, &AccountSpec::username);
    if (found == world.accounts().end())
        throw CLI::ValidationError{"no account is named " + name};
    return static_cast<std::size_t>(found - world.accounts().begin());
}

struct Revocation {
    std::size_t account = 0;
    int subcode = 0;
    std::optional<Instant> at; ///< nothing: at SIGUSR1
};

/// "metricsaurus:460@2026-03-02T00:00:00Z"; at the start without an instant.
Revocation revocation_in(const World& world, const std::string& text, Instant start)
{
    const auto colon = std::min(text.find(':'), text.size());
    const auto at_sign = std::min(text.find('@', colon), text.size());
    const auto subcode = text.substr(std::min(colon + 1, text.size()), at_sign - colon - 1);
    if (subcode.empty() || subcode.find_first_not_of("0123456789") != std::string::npos)
        throw CLI::ValidationError{text + " is no NAME:SUBCODE"};
    const auto when = text.substr(std::min(at_sign + 1, text.size()));
    Revocation revocation{index_of(world, text.substr(0, colon)), std::stoi(subcode), start};
    if (when == "SIGUSR1")
        revocation.at.reset();
    else if (!when.empty())
        revocation.at = instant_of(when);
    return revocation;
}

/// Those that have an instant; the others at the signal, which comes once.
void plan_revocations(
    TokenOffice& tokens, const std::vector<Revocation>& revocations,
    boost::asio::signal_set& signal)
{
    for (const auto& revocation : revocations)
        if (revocation.at)
            tokens.revoke_at(revocation.account, revocation.subcode, *revocation.at);
    signal.async_wait([&tokens, revocations](boost::system::error_code error, int) {
        for (const auto& revocation : revocations)
            if (!error && !revocation.at)
                tokens.revoke(revocation.account, revocation.subcode);
    });
}

/// Messages of the month before the start and the year after it.
Mailbox mailbox_of(const Wish& wish, Instant start, std::size_t accounts)
{
    constexpr std::chrono::days before{30};
    Mailbox mailbox;
    MailboxPlan plan;
    plan.chats = wish.chats;
    plan.from = start - before;
    plan.span = before + std::chrono::days{365};
    plan.bursts = 40;
    for (std::size_t account = 0; account < accounts && wish.chats > 0; ++account) {
        plan.seed = wish.seed + account;
        mailbox[account] = made_up_chats(plan);
    }
    return mailbox;
}

int serve(Wish& wish)
{
    const auto anchor = wish.anchor.empty() ? machine_time() : instant_of(wish.anchor);
    const auto start = wish.start.empty() ? anchor : instant_of(wish.start);
    const auto now = [&] { return start + (machine_time() - anchor) * wish.speed; };

    wish.faults.days.series = wish.faults.days.totals = wish.days_served;
    World::Options options;
    options.seed = wish.seed;
    options.start = start;
    options.days_of_history = wish.days_of_history;
    options.post_every = std::chrono::minutes{wish.post_every_minutes};
    options.settled_after = std::chrono::hours{wish.settled_after_hours};
    if (wish.revised_after_hours > 0)
        options.revised_after = std::chrono::hours{wish.revised_after_hours};
    const auto accounts = accounts_of(wish);
    options.mailbox = std::make_shared<const Mailbox>(mailbox_of(wish, start, accounts.size()));
    const World world{options, accounts};
    Api api{world, wish.faults};
    if (!wish.faults.login.logs_in.empty())
        index_of(world, wish.faults.login.logs_in);
    std::vector<Revocation> revocations;
    for (const auto& text : wish.revocations)
        revocations.push_back(revocation_in(world, text, start));
    boost::asio::io_context loop{1};
    boost::asio::signal_set revoking{loop, SIGUSR1};
    plan_revocations(api.tokens(), revocations, revoking);
    Server server{loop.get_executor(), api, now, wish.instagram_port, wish.facebook_port};
    boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
    signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
    std::optional<Pusher> pusher;
    if (!wish.webhook.empty()) {
        pusher.emplace(world, wish.webhook, api.apps().facebook.secret);
        boost::asio::co_spawn(loop, pusher->run(now), boost::asio::detached);
    }

    if (!wish.config.empty()) {
        Setup setup;
        setup.instagram_url = server.instagram_url();
        setup.facebook_url = server.facebook_url();
        setup.database = wish.database;
        setup.state_dir = wish.state_dir;
        setup.anchor = text_of(anchor);
        setup.start = text_of(start);
        setup.speed = wish.speed;
        write_config(wish.config, setup, world.accounts());
    }
    fmt::print("instagram {}\nfacebook {}\nready\n", server.instagram_url(), server.facebook_url());
    std::fflush(stdout);
    loop.run();
    return 0;
}

} // namespace
} // namespace insightd::sandbox

int main(int argc, char** argv)
{
    CLI::App app{
        "A stand-in of the Graph API on loopback: strict, deterministic, with a clock of its own"};
    insightd::sandbox::Wish wish;
    insightd::sandbox::add_options(app, wish);
    insightd::sandbox::add_day_options(app, wish);
    insightd::sandbox::add_limit_options(app, wish);
    insightd::sandbox::add_login_options(app, wish);
    try {
        app.parse(argc, argv);
        return insightd::sandbox::serve(wish);
    } catch (const CLI::Error& error) {
        return app.exit(error);
    }
}
