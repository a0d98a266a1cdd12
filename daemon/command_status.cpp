#include "daemon/commands.hpp"

#include "daemon/health_report.hpp"
#include "daemon/screen.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "storage/database.hpp"
#include "storage/retention.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <date/date.h>
#include <fmt/core.h>

namespace insightd::daemon
{
namespace
{

/// Whoever watches sees that the database hangs, and may leave.
constexpr std::chrono::seconds patience_of_watcher{5};

/// Asks for what `status` shows, once or again and again.
class Source
{
public:
    explicit Source(const config::Config& config)
        : config_{config}, clock_{make_clock(config.clock)}
    {
    }

    /// What the database has to say is left out if `away` says why it cannot be asked.
    Status look(std::string& away)
    {
        Status status;
        status.now = clock_->now();
        status.spool = spool::look_into(spool_file(config_));
        status.full_resolution = config_.storage.full_resolution;
        try {
            ask(status);
        } catch (const model::Unavailable& error) {
            away = error.what();
        }
        return status;
    }

    void hurry() { patience_ = patience_of_watcher; }

private:
    /// Throws model::Unavailable.
    void ask(Status& status)
    {
        if (!location_)
            location_.emplace(config_);
        if (!database_)
            database_.emplace(location_->url(), location_->before_connecting());
        if (patience_)
            database_->set_patience(*patience_);
        boost::asio::io_context loop{1};
        auto health = boost::asio::co_spawn(loop, database_->health(), boost::asio::use_future);
        auto sharing = boost::asio::co_spawn(loop, database_->sharing(), boost::asio::use_future);
        auto blocks = boost::asio::co_spawn(loop, database_->blocks(), boost::asio::use_future);
        auto tokens =
            boost::asio::co_spawn(loop, database_->token_status(), boost::asio::use_future);
        loop.run();
        status.health = health.get();
        status.sharing = sharing.get();
        status.blocks = blocks.get();
        status.tokens = tokens.get();
        status.thinning = storage::thinning_progress(location_->url());
    }

    const config::Config& config_;
    std::unique_ptr<Clock> clock_;
    std::optional<DatabaseLocation> location_; ///< a private server stays while this does
    std::optional<storage::Database> database_;
    std::optional<std::chrono::steady_clock::duration> patience_;
};

std::string for_programs(const Status& status, const std::string& away)
{
    return (away.empty() ? status_json(status) : outage_json(away, status)) + '\n';
}

/// Without the database it tells of the spool alone.
std::string for_people(
    const Status& status, const config::Config& config, const std::string& away,
    std::optional<std::size_t> width)
{
    std::string text;
    if (away.empty())
        text = health_table(status, width) + token_lines(status) +
               block_lines(status.blocks, config, status.now) + instance_lines(status.sharing) +
               retention_line(status.full_resolution, status.thinning);
    if (status.spool)
        text += spool_line(*status.spool, status.now);
    return text;
}

ExitCode show_once(const config::Config& config, bool as_json)
{
    std::string away;
    const auto status = Source{config}.look(away);
    const auto text = as_json ? for_programs(status, away) : for_people(status, config, away, {});
    fmt::print("{}", text);
    if (!away.empty())
        fmt::print(stderr, "{}\n", away);
    return away.empty() ? ExitCode::ok : ExitCode::unavailable;
}

std::string headed(
    const Status& status, std::chrono::seconds every, const std::string& away,
    const std::string& text)
{
    return fmt::format(
        "insightd status at {}, every {} s; Ctrl-C ends it\n\n{}{}{}\n",
        date::format("%FT%TZ", std::chrono::floor<std::chrono::seconds>(status.now)), every.count(),
        away, away.empty() ? "" : "\n", text);
}

/// An outage is something to be watched, no reason to end.
ExitCode watch(const config::Config& config, bool as_json, std::chrono::seconds every)
{
    // Before there are threads: they are to leave signals to it.
    const Screen screen{as_json ? Screen::Form::one_below_the_other : Screen::Form::in_place};
    Source source{config};
    source.hurry();
    do {
        std::string away;
        const auto status = source.look(away);
        screen.show(
            as_json
                ? for_programs(status, away)
                : headed(status, every, away, for_people(status, config, away, screen.columns())));
    } while (screen.wait(every));
    return ExitCode::ok;
}

} // namespace

ExitCode command_status(const CommonOptions& common, const StatusOptions& options)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    return options.every ? watch(*config, options.as_json, *options.every)
                         : show_once(*config, options.as_json);
}

} // namespace insightd::daemon
