#include "daemon/manual/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace insightd::manual
{
namespace
{

constexpr auto beginning = R"(# fish completion of insightd, made by `insightd completion fish`.
function __insightd_is --description 'Whether the command line so far names this command'
    set -l path ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        set -l next (string trim -- "$path $word")
        contains -- $next {commands}; and set path $next
    end
    test "$path" = "$argv[1]"
end
complete -c insightd -f
)";

/// fish knows `\'` and `\\` between single quotes.
std::string in_fish(const std::string& text)
{
    std::string result{"'"};
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "'";
}

std::string line_for(const Command& command, const std::string& rest)
{
    return fmt::format(
        "complete -c insightd -n {} {}\n",
        in_fish(fmt::format("__insightd_is \"{}\"", path_of(command))), rest);
}

std::string names_of(const Option& option)
{
    std::string names;
    for (const auto& name : option.names)
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    return names.substr(1);
}

std::string value_of(const Option& option)
{
    switch (option.value) {
    case Value::none:
        return {};
    case Value::file:
        return " -r -F";
    case Value::choice:
        return fmt::format(" -x -a {}", in_fish(fmt::format("{}", fmt::join(option.choices, " "))));
    case Value::text:
        break;
    }
    return " -x";
}

std::string lines_of(const Command& command)
{
    std::string lines;
    for (const auto& below : command.commands)
        lines += line_for(
            command, fmt::format("-a {} -d {}", in_fish(below.name), in_fish(below.description)));
    for (const auto& option : command.options)
        lines += line_for(
            command,
            fmt::format(
                "{}{} -d {}", names_of(option), value_of(option), in_fish(option.description)));
    return lines;
}

} // namespace

std::string fish_completion(const Command& program)
{
    std::vector<std::string> paths;
    for_each(program, [&](const Command& command) {
        if (!path_of(command).empty())
            paths.push_back(in_fish(path_of(command)));
    });
    auto script = fmt::format(
        fmt::runtime(beginning), fmt::arg("commands", fmt::format("{}", fmt::join(paths, " "))));
    for_each(program, [&](const Command& command) { script += lines_of(command); });
    return script;
}

} // namespace insightd::manual
