#include "daemon/setup.hpp"

#include "collectors/catalog.hpp"
#include "config/loader.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/core.h>

#include <array>
#include <cstdio>

namespace insightd::daemon
{
namespace
{

constexpr std::chrono::milliseconds first_pause{500};

boost::asio::awaitable<void>
wait_by(boost::asio::any_io_executor loop, const Clock& clock, int attempt)
{
    const auto wait = first_pause * (1 << (attempt - 1));
    boost::asio::steady_timer timer{loop, clock.real_time_until(clock.now() + wait)};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

/// As health reports them: the audience is asked by account_insights, at its own pace.
std::vector<std::string> collectors_of(const config::Account& account)
{
    std::vector<std::string> names;
    for (const auto& [collector, on] : account.collect) {
        if (!on)
            continue;
        names.emplace_back(config::to_string(collector));
        if (collector == config::Collector::account_insights)
            names.emplace_back("audience");
    }
    return names;
}

std::optional<std::chrono::seconds> text_kept(const config::Account& account)
{
    const auto& conversations = account.conversations;
    const bool keeps_text = conversations.mode == config::ConversationMode::text;
    return keeps_text ? std::optional{conversations.keep_text} : std::nullopt;
}

std::map<std::string, std::chrono::seconds> public_texts_kept(const config::Account& account)
{
    std::map<std::string, std::chrono::seconds> kept;
    const auto add = [&](const char* kind, const config::PublicEdge& edge) {
        if (edge.mode == config::ConversationMode::text)
            kept[kind] = edge.keep_text;
    };
    add("tag", account.tags);
    add("comment", account.comments);
    add("mention", account.mentions);
    return kept;
}

} // namespace

std::optional<config::Config> load_config(const std::filesystem::path& file)
{
    auto loaded = config::load(file, catalog::vocabulary());
    if (const auto* mistakes = std::get_if<config::Mistakes>(&loaded)) {
        fmt::print(stderr, "{}", mistakes->text());
        return std::nullopt;
    }
    return std::get<config::Config>(std::move(loaded));
}

DatabaseLocation::DatabaseLocation(const config::Config& config, Start start)
    : url_{config.database_url}
{
    if (!config.embedded_database)
        return;
    server_ = std::make_unique<storage::EmbeddedPostgres>(config.state_dir, start);
    url_ = server_->url();
}

std::function<void()> DatabaseLocation::before_connecting() const
{
    if (!server_)
        return {};
    return [server = server_.get()] { server->ensure_running(); };
}

std::variant<config::Secret, std::string> app_secret_of(const config::Api& api, config::Login login)
{
    const auto& app = config::app_of(api, login);
    if (app.id.empty() || !app.secret)
        return std::string{
            "the configuration names no app: set api.app.id and api.app.secret, as the App "
            "Dashboard shows them"};
    return config::resolve(*app.secret);
}

graph::Transport::Limits transport_limits(const config::Api& api)
{
    graph::Transport::Limits limits;
    limits.connections_per_host = api.connections_per_host;
    limits.timeout = api.timeout;
    limits.ca_file = api.ca_file;
    return limits;
}

log::Level log_level_of(const config::Config& config)
{
    using log::Level;
    static constexpr std::array levels{Level::error, Level::warning, Level::info, Level::debug};
    return levels.at(static_cast<std::size_t>(config.log_level));
}

std::vector<model::AccountId> ids_of(const config::Config& config)
{
    std::vector<model::AccountId> ids;
    for (const auto& account : config.accounts)
        ids.push_back(account.user_id);
    return ids;
}

std::vector<model::Account> account_rows(const config::Config& config)
{
    std::vector<model::Account> rows;
    for (const auto& account : config.accounts)
        rows.push_back(
            {account.user_id, account.name, std::string{config::to_string(account.login)},
             account.timezone, collectors_of(account), account.settling_margin, text_kept(account),
             public_texts_kept(account)});
    return rows;
}

graph::Pause pause_between_tries(boost::asio::any_io_executor loop, const Clock& clock)
{
    return [loop, &clock](int attempt) { return wait_by(loop, clock, attempt); };
}

} // namespace insightd::daemon
