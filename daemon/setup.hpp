#pragma once

#include "collectors/graph/client.hpp"
#include "collectors/graph/transport.hpp"
#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/log.hpp"
#include "storage/embedded_postgres.hpp"
#include "storage/model/rows.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What every command needs before it can do its own work.
namespace insightd::daemon
{

/// The checked configuration; nothing, with all mistakes on stderr, if there are any.
std::optional<config::Config> load_config(const std::filesystem::path& file);

/// Where the database is. `database: embedded` starts or joins the private server, at once unless
/// told otherwise; it lives as long as this. Throws model::Unavailable.
class DatabaseLocation
{
public:
    using Start = storage::EmbeddedPostgres::Start;

    explicit DatabaseLocation(const config::Config& config, Start start = Start::now);
    const std::string& url() const { return url_; }

    /// For Database: a private server that died is started again; nothing else is to be done.
    std::function<void()> before_connecting() const;

private:
    std::unique_ptr<storage::EmbeddedPostgres> server_;
    std::string url_;
};

/// The secret of the app that logins of this kind go through, or why there is none and what to do.
std::variant<config::Secret, std::string>
app_secret_of(const config::Api& api, config::Login login);

graph::Transport::Limits transport_limits(const config::Api& api);

/// Which lines the log has, as the configuration says.
log::Level log_level_of(const config::Config& config);

/// The ids of the configured accounts.
std::vector<model::AccountId> ids_of(const config::Config& config);

/// The accounts as the store knows them.
std::vector<model::Account> account_rows(const config::Config& config);

/// Waits 0.5 s, 1 s, 2 s … between tries of one call, by the injected clock.
graph::Pause pause_between_tries(boost::asio::any_io_executor loop, const Clock& clock);

} // namespace insightd::daemon
