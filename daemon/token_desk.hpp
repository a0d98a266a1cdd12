#pragma once

#include "daemon/commands.hpp"
#include "daemon/login_flow.hpp"
#include "daemon/setup.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/database.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

/// What the commands about tokens share.
namespace insightd::daemon
{

/// Everything a command needs, for as long as it runs.
struct TokenDesk {
    explicit TokenDesk(config::Config settings);

    LoginServices services();

    /// The account of that name; nullptr, with a word on stderr, if there is none.
    const config::Account* account(const std::string& name) const;

    /// The same, for an account whose token is in the vault.
    const config::Account* account_in_vault(const std::string& name) const;

    /// Brings the schema up to date, then runs the command to its end.
    ExitCode run(boost::asio::awaitable<ExitCode> command);

    config::Config config;
    DatabaseLocation location;
    boost::asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    storage::Database database;
    graph::Pause pause;
};

/// Nothing, with all mistakes on stderr, if the configuration has any.
std::unique_ptr<TokenDesk> open_desk(const CommonOptions& common);

/// One line on stderr: what went wrong, and what to do. Returns the code for it.
ExitCode complain(std::string_view about, const graph::Failure& failure);

/// Foreign text without line ends and control characters.
std::string one_line(std::string_view text);

/// A username as an account of the YAML may be called: what may not stand in a name becomes an
/// underscore.
std::string account_name_of(const std::string& username);

/// A piece of YAML to paste below `accounts:`.
std::string account_yaml(const Discovered& found);

} // namespace insightd::daemon
