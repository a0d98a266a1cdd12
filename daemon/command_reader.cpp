#include "daemon/commands.hpp"

#include "config/duration.hpp"
#include "daemon/hidden_input.hpp"
#include "daemon/token_desk.hpp"
#include "storage/readers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

ExitCode mistake(const std::string& why)
{
    fmt::print(stderr, "insightd: {}\n", why);
    return ExitCode::usage;
}

/// Why the options cannot be meant; empty if they can.
std::string mistake_in(const ReaderOptions& options)
{
    const auto said = static_cast<int>(options.all) + static_cast<int>(options.revoke) +
                      static_cast<int>(!options.accounts.empty());
    if (said != 1)
        return "say whose rows it is to see: --accounts shop,bakery, or --all; --revoke takes "
               "everything from it";
    if (!config::parse_duration(options.timeout))
        return fmt::format("--timeout '{}' is no duration such as 30s or 5m", options.timeout);
    if (options.revoke && options.messages)
        return "--revoke takes everything: say --accounts or --all without --messages to leave it "
               "the rest";
    if (options.revoke && options.asks_password)
        return "--revoke takes no password";
    return {};
}

storage::ReaderWish wish_of(const std::string& name, const ReaderOptions& options)
{
    storage::ReaderWish wish{
        name, {}, *config::parse_duration(options.timeout), {}, options.messages};
    if (!options.all)
        wish.accounts = options.accounts;
    if (options.asks_password)
        wish.password = hidden_input("password for " + name);
    return wish;
}

std::string option(const char* letter, const std::string& value)
{
    return value.empty() ? std::string{} : fmt::format("{} {} ", letter, value);
}

void tell(const storage::ReaderWish& wish, const storage::GrantedReader& granted)
{
    fmt::print(
        "ok    {}: {}reads the schema insights{} of the database {}, {}; a statement ends after {} "
        "s\n",
        wish.name, granted.is_new ? "new; " : "",
        wish.messages ? ", and texts of messages in insights_text," : "", granted.database,
        wish.accounts ? fmt::format("of {} only", fmt::join(granted.accounts, ", "))
                      : "of all accounts",
        wish.statement_timeout.count());
    if (!granted.left_to_superuser.empty())
        fmt::print("      let a superuser run: {};\n", granted.left_to_superuser);
    if (granted.is_new && !wish.password)
        fmt::print(
            "      it has no password: set one with --password, or let pg_hba.conf do without\n");
    fmt::print(
        "try   psql {}{}-d {} -U {} -c 'SELECT * FROM insights.account_latest'\n",
        option("-h", granted.host), option("-p", granted.port), granted.database, wish.name);
}

ExitCode grant(const TokenDesk& desk, const storage::ReaderWish& wish)
{
    tell(wish, storage::grant_reader(desk.location.url(), wish));
    return ExitCode::ok;
}

ExitCode revoke(const TokenDesk& desk, const std::string& name)
{
    const bool was_one = storage::revoke_reader(desk.location.url(), name);
    fmt::print(
        "{}    {}: {}\n", was_one ? "ok" : "--", name,
        was_one ? "reads nothing any more; the role itself stays, `DROP ROLE` removes it"
                : "it was no reader");
    return ExitCode::ok;
}

asio::awaitable<ExitCode> nothing_else()
{
    co_return ExitCode::ok;
}

} // namespace

ExitCode command_grant_reader(
    const CommonOptions& common, const std::string& name, const ReaderOptions& options)
{
    if (const auto why = mistake_in(options); !why.empty())
        return mistake(why);
    const auto desk = open_desk(common);
    if (!desk)
        return ExitCode::config;
    try {
        if (options.revoke)
            return revoke(*desk, name);
        const auto wish = wish_of(name, options);
        if (wish.password && wish.password->empty())
            return mistake("no password on standard input");
        desk->run(nothing_else()); // the schema, and the accounts of the configuration
        return grant(*desk, wish);
    } catch (const storage::NotPossible& why) {
        return mistake(why.what());
    }
}

} // namespace insightd::daemon
