#include "daemon/manual_commands.hpp"

#include "daemon/manual/command_tree.hpp"
#include "daemon/manual/completion.hpp"
#include "daemon/manual/man_page.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <array>
#include <sstream>

namespace insightd::daemon
{
namespace
{

struct Shell {
    const char* name;
    std::string (*completion)(const manual::Command&);
};

constexpr std::array shells{
    Shell{"bash", manual::bash_completion}, Shell{"zsh", manual::zsh_completion},
    Shell{"fish", manual::fish_completion}};

constexpr auto hidden = ""; ///< the group of what `--help` does not show

ExitCode print(const std::string& text)
{
    fmt::print("{}", text);
    return std::fflush(stdout) == 0 ? ExitCode::ok : ExitCode::output;
}

std::string the_manual(const CLI::App& app)
{
    std::vector<manual::ExitStatus> statuses;
    for (const auto& [code, meaning] : exit_meanings())
        statuses.push_back({static_cast<int>(code), meaning});
    return manual::man_page(manual::tree_of(app), statuses, INSIGHTD_VERSION);
}

/// Lines no longer than a terminal is wide by habit.
std::string wrapped(const std::string& text)
{
    constexpr std::size_t width = 90;
    std::istringstream words{text};
    std::string result;
    std::size_t column = 0;
    for (std::string word; words >> word; column += word.size() + 1) {
        const bool is_full = column + word.size() > width;
        result += result.empty() ? "" : is_full ? "\n" : " ";
        result += word;
        column = is_full ? 0 : column;
    }
    return result;
}

} // namespace

void add_manual_commands(CLI::App& app, std::function<ExitCode()>& call)
{
    app.add_subcommand("manual", "the manual page in roff: insightd manual | man -l -")
        ->group(hidden)
        ->callback([&app, &call] { call = [&app] { return print(the_manual(app)); }; });
    auto* completion =
        app.add_subcommand("completion", "what a shell reads to complete the command line")
            ->group(hidden)
            ->require_subcommand(1);
    for (const auto& shell : shells)
        completion->add_subcommand(shell.name, "")->callback([&app, &call, &shell] {
            call = [&app, &shell] { return print(shell.completion(manual::tree_of(app))); };
        });
}

std::string exit_codes_in_words()
{
    std::string words{"Exit codes:"};
    const char* before = " ";
    for (const auto& [code, meaning] : exit_meanings()) {
        words += fmt::format("{}{} {}", before, static_cast<int>(code), meaning);
        before = "; ";
    }
    return wrapped(words + ".") +
           "\nSecrets never stand on the command line: the YAML says where they are kept.";
}

} // namespace insightd::daemon
