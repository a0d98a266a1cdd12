#include "daemon/commands.hpp"

#include "config/instant.hpp"
#include "daemon/export_file.hpp"
#include "daemon/setup.hpp"
#include "storage/export.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <sstream>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

bool is_date(const std::string& text)
{
    std::istringstream in{text};
    date::sys_days day;
    in >> date::parse("%F", day);
    return !in.fail() && in.peek() == std::istringstream::traits_type::eof();
}

/// Why the options cannot be meant; empty if they can.
std::string mistake_in(const ExportOptions& options)
{
    if (options.format != "csv" && options.format != "ndjson")
        return fmt::format("--format '{}': csv or ndjson", options.format);
    if (options.since && !is_date(*options.since) && !config::parse_instant(*options.since))
        return fmt::format(
            "--since '{}': a date such as 2025-12-31, or an instant such as 2025-12-31T08:00:00Z",
            *options.since);
    return {};
}

storage::ExportWish wish_of(const std::string& view, const ExportOptions& options)
{
    using Format = storage::ExportWish::Format;
    return {
        view, options.format == "csv" ? Format::csv : Format::ndjson, options.accounts,
        options.since};
}

/// One line on the terminal, drawn anew now and then; nothing where it would stand among the rows.
class RowCounter
{
public:
    explicit RowCounter(bool rows_go_to_stdout)
        : shows_{isatty(STDERR_FILENO) == 1 && !(rows_go_to_stdout && isatty(STDOUT_FILENO) == 1)}
    {
    }
    ~RowCounter()
    {
        if (drawn_)
            fmt::print(stderr, "\n");
    }
    RowCounter(const RowCounter&) = delete;
    RowCounter& operator=(const RowCounter&) = delete;

    void show(const storage::Exported& so_far)
    {
        const auto now = std::chrono::steady_clock::now();
        if (shows_ && now >= next_)
            draw(so_far, now);
    }

    void finish(const storage::Exported& so_far)
    {
        if (shows_)
            draw(so_far, std::chrono::steady_clock::now());
    }

private:
    void draw(const storage::Exported& so_far, std::chrono::steady_clock::time_point now)
    {
        constexpr std::chrono::milliseconds step{200};
        next_ = now + step;
        drawn_ = true;
        const std::chrono::duration<double> elapsed = now - started_;
        fmt::print(stderr, "\r\x1b[K{}", rows_line(so_far, elapsed.count()));
    }

    bool shows_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now(), next_;
};

ExitCode mistake(const std::string& why)
{
    fmt::print(stderr, "insightd: {}\n", why);
    return ExitCode::usage;
}

ExitCode export_to(
    ExportFile& file, const std::string& url, const storage::ExportWish& wish, RowCounter& counter)
{
    const auto exported = storage::export_view(
        url, wish, [&](std::string_view text, const storage::Exported& so_far) {
            counter.show(so_far);
            return file.write(text);
        });
    counter.finish(exported);
    if (exported.is_whole && file.finish())
        return ExitCode::ok;
    if (!file.complaint().empty())
        fmt::print(stderr, "insightd: {}\n", file.complaint());
    return file.complaint().empty() ? ExitCode::try_again : ExitCode::output;
}

} // namespace

ExitCode
command_export(const CommonOptions& common, const std::string& view, const ExportOptions& options)
{
    if (const auto why = mistake_in(options); !why.empty())
        return mistake(why);
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const DatabaseLocation location{*config};
    RowCounter counter{options.output.empty()};
    try {
        ExportFile file{options.output};
        return export_to(file, location.url(), wish_of(view, options), counter);
    } catch (const storage::NotPossible& why) {
        return mistake(why.what());
    }
}

} // namespace insightd::daemon
