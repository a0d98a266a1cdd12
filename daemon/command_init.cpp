#include "daemon/commands.hpp"

#include "daemon/hidden_input.hpp"
#include "daemon/init/interview.hpp"
#include "daemon/init/new_file.hpp"
#include "daemon/init/yaml_text.hpp"
#include "daemon/init_probes.hpp"
#include "storage/model/writer.hpp"
#include "storage/vault/keyring.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

namespace fs = std::filesystem;

constexpr mode_t for_all_to_read = 0644; ///< no secret stands in it
constexpr mode_t for_owner_alone = 0600;

std::string machine_timezone()
{
    try {
        return date::current_zone()->name();
    } catch (const std::exception&) {
        return "UTC"; // a machine without /etc/localtime
    }
}

/// Beside the installed program, or in the source tree that it was built in.
fs::path schema_file()
{
    std::error_code none;
    for (auto folder = fs::read_symlink("/proc/self/exe", none).parent_path();
         folder.has_relative_path(); folder = folder.parent_path())
        for (const auto* place : {"share/insightd", "config"})
            if (auto file = folder / place / "insightd.schema.json"; fs::exists(file, none))
                return file;
    return "/usr/share/insightd/insightd.schema.json";
}

init::Surroundings surroundings_of(const fs::path& file)
{
    const auto* home = std::getenv("HOME");
    const bool is_root = geteuid() == 0;
    return {
        fs::absolute(file), schema_file(), is_root || home == nullptr ? "" : home,
        machine_timezone()};
}

std::optional<std::string> ask(const std::string& prompt)
{
    fmt::print(stderr, "{}", prompt);
    std::string line;
    if (std::getline(std::cin, line))
        return line;
    fmt::print(stderr, "\n");
    return std::nullopt;
}

init::Means means_of(const init::Surroundings& surroundings, const InitOptions& options)
{
    init::Means means;
    means.surroundings = surroundings;
    means.given = options.answers;
    means.say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    if (!options.tries_nothing)
        means.probes = init_probes(surroundings);
    if (options.token_given)
        means.given_token = hidden_input("token");
    const bool is_terminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
    if (is_terminal && !options.asks_nothing) {
        means.ask = ask;
        means.ask_hidden = hidden_input;
    }
    return means;
}

void write(const init::Answers& answers, const init::Surroundings& surroundings)
{
    const bool has_token_file = answers.text("token") == "file" && !answers.token.empty();
    const auto token_file = surroundings.token_file(answers);
    if (has_token_file)
        init::write_new(token_file, answers.token.reveal() + "\n", for_owner_alone);
    try {
        init::write_new(surroundings.file, init::yaml_of(answers, surroundings), for_all_to_read);
    } catch (const init::CannotWrite&) {
        if (has_token_file)
            fs::remove(token_file);
        throw;
    }
}

/// Who the folder belongs to, if root would leave files there that its owner cannot read.
std::optional<std::string> other_owner_of(const fs::path& state_dir)
{
    struct stat facts = {};
    const bool is_there = stat(state_dir.c_str(), &facts) == 0;
    if (!is_there || facts.st_uid == geteuid())
        return std::nullopt;
    const auto* owner = getpwuid(facts.st_uid);
    return owner != nullptr ? owner->pw_name : std::to_string(facts.st_uid);
}

/// What is typed next, for this file and as the user whom its folder belongs to.
class NextSteps
{
public:
    NextSteps(const CommonOptions& common, const std::optional<std::string>& owner)
        : before_{owner ? fmt::format("  sudo -u {} insightd ", *owner) : "  insightd "},
          after_{
              common.config_file == usual_config_file ? "" : " -c " + common.config_file.string()}
    {
    }

    void print(const std::string& command, const char* does) const
    {
        constexpr int column = 56;
        fmt::print("{:<{}}  # {}\n", before_ + command + after_, column, does);
    }

private:
    std::string before_, after_;
};

void print_next_steps(const NextSteps& steps, const init::Answers& answers, bool lacks_token)
{
    const std::string name{answers.text("name")};
    fmt::print("\nNext:\n");
    if (lacks_token) {
        steps.print("token add " + name, "asks for the token and seals it");
        steps.print("login " + name, "or this, with a browser; needs api.app in the YAML");
    }
    steps.print("check --online", "database, token, permissions, clock");
    steps.print("collect", "everything once, now");
    steps.print("backfill", "the past, as far back as it is served");
    steps.print("run", "goes on until it is stopped");
    const auto page = init::listens_at(answers);
    if (!page.empty())
        fmt::print("\nWhile it runs: http://{}/\n", page);
}

/// The file is there already: whatever goes wrong now is mended by the next steps.
ExitCode seal(const CommonOptions& common, const init::Answers& answers)
{
    try {
        return command_token_add(common, std::string{answers.text("name")}, answers.token);
    } catch (const model::Unavailable& away) {
        fmt::print(stderr, "FAIL  the token is not sealed: {}\n", away.what());
        return ExitCode::unavailable;
    } catch (const vault::KeyTrouble& trouble) {
        fmt::print(stderr, "FAIL  the token is not sealed: {}\n", trouble.what());
        return ExitCode::config;
    }
}

ExitCode finish(const CommonOptions& common, const init::Answers& answers)
{
    fmt::print("ok    {} is written; no secret stands in it\n", common.config_file.string());
    const auto owner = other_owner_of(answers.text("state-dir"));
    const bool is_for_vault = answers.text("token") == "vault";
    const bool seals = is_for_vault && !answers.token.empty() && !owner;
    const auto code = seals ? seal(common, answers) : ExitCode::ok;
    const bool is_sealed = seals && code == ExitCode::ok;
    print_next_steps(NextSteps{common, owner}, answers, is_for_vault && !is_sealed);
    return code;
}

} // namespace

ExitCode command_init(const CommonOptions& common, const InitOptions& options)
{
    const auto surroundings = surroundings_of(common.config_file);
    init::Answers answers;
    try {
        init::require_room_for(surroundings.file);
        answers = init::interview(means_of(surroundings, options));
        write(answers, surroundings);
    } catch (const init::CannotWrite& trouble) {
        fmt::print(stderr, "insightd: {}\n", trouble.what());
        return ExitCode::output;
    } catch (const init::Refused& trouble) {
        fmt::print(stderr, "insightd: {}; nothing is written\n", trouble.what());
        return ExitCode::usage;
    } catch (const init::Abandoned& trouble) {
        fmt::print(stderr, "insightd: {}\n", trouble.what());
        return ExitCode::try_again;
    }
    return finish(common, answers);
}

} // namespace insightd::daemon
