#include "daemon/manual/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace insightd::manual
{
namespace
{

constexpr auto beginning = R"(# bash completion of insightd, made by `insightd completion bash`.
_insightd() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local path= next index words=
    # bash takes --config=FILE for three words.
    if [[ $current == "=" ]]; then current=; fi
    if [[ $previous == "=" ]]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi
    for ((index = 1; index < COMP_CWORD; ++index)); do
        next="${{path:+$path }}${{COMP_WORDS[index]}}"
        case "$next" in
        {commands}) path=$next ;;
        esac
    done
    case "$path $previous" in
)";

constexpr auto files = R"(    {patterns})
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
)";

constexpr auto choices = R"(    {patterns})
        mapfile -t COMPREPLY < <(compgen -W {words} -- "$current")
        return ;;
)";

constexpr auto ending = R"(    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _insightd insightd
)";

std::vector<std::string> names_of(const std::vector<Option>& options)
{
    std::vector<std::string> names;
    for (const auto& option : options)
        names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

std::string joined(const std::vector<std::string>& words, const char* between)
{
    return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> paths_below(const Command& program)
{
    std::vector<std::string> paths;
    for_each(program, [&](const Command& command) {
        if (!path_of(command).empty())
            paths.push_back(quoted(path_of(command)));
    });
    return paths;
}

/// What stands before the word to be completed: 'run -c' | 'run --config'
std::string patterns_of(const Command& command, const Option& option)
{
    std::vector<std::string> patterns;
    for (const auto& name : option.names)
        patterns.push_back(quoted(path_of(command) + " " + name));
    return joined(patterns, " | ");
}

/// How the value of an option is completed: by files, choices, or not at all.
std::string value_case(const Command& command, const Option& option)
{
    const auto patterns = patterns_of(command, option);
    switch (option.value) {
    case Value::none:
        return {};
    case Value::file:
        return fmt::format(fmt::runtime(files), fmt::arg("patterns", patterns));
    case Value::choice:
        return fmt::format(
            fmt::runtime(choices), fmt::arg("patterns", patterns),
            fmt::arg("words", quoted(joined(option.choices, " "))));
    case Value::text:
        break;
    }
    return fmt::format("    {}) return ;;\n", patterns);
}

/// Commands where there are some, options where there are none or a dash was typed.
std::string word_case(const Command& command)
{
    std::vector<std::string> commands;
    for (const auto& below : command.commands)
        commands.push_back(below.name);
    const auto options = quoted(joined(names_of(command.options), " "));
    if (commands.empty())
        return fmt::format("    {}) words={} ;;\n", quoted(path_of(command)), options);
    return fmt::format(
        "    {}) if [[ $current == -* ]]; then words={}; else words={}; fi ;;\n",
        quoted(path_of(command)), options, quoted(joined(commands, " ")));
}

} // namespace

std::string bash_completion(const Command& program)
{
    auto script = fmt::format(
        fmt::runtime(beginning), fmt::arg("commands", joined(paths_below(program), " | ")));
    for_each(program, [&](const Command& command) {
        for (const auto& option : command.options)
            script += value_case(command, option);
    });
    script += "    esac\n    case \"$path\" in\n";
    for_each(program, [&](const Command& command) { script += word_case(command); });
    return script + ending;
}

} // namespace insightd::manual
