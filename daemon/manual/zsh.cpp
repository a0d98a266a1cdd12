#include "daemon/manual/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::manual
{
namespace
{

/// What _arguments would take for its own grammar.
std::string escaped(const std::string& text)
{
    std::string result;
    for (const char letter : text) {
        if (std::string_view{"[]:\\"}.find(letter) != std::string_view::npos)
            result += '\\';
        result += letter;
    }
    return result;
}

std::string function_of(const Command& command)
{
    auto name = "_" + command.full_name;
    std::ranges::replace(name, ' ', '_');
    return name;
}

std::string action_of(const Option& option)
{
    switch (option.value) {
    case Value::none:
        return {};
    case Value::file:
        return ":file:_files";
    case Value::choice:
        return fmt::format(":value:({})", fmt::join(option.choices, " "));
    case Value::text:
        break;
    }
    return ":value: ";
}

/// '(-c --config)'{-c,--config}'[the YAML file]:file:_files'
std::string option_line(const Option& option)
{
    const auto text = quoted(fmt::format("[{}]{}", escaped(option.description), action_of(option)));
    if (option.names.size() == 1)
        return fmt::format(" \\\n        {}{}", option.names.front(), text);
    return fmt::format(
        " \\\n        '({})'{{{}}}{}", fmt::join(option.names, " "), fmt::join(option.names, ","),
        text);
}

std::string argument_line(const Option& argument)
{
    const auto* const place = argument.takes_many ? "*" : "";
    return " \\\n        " + quoted(fmt::format("{}:{}: ", place, escaped(argument.names.front())));
}

std::string function_of_leaf(const Command& command)
{
    auto text = fmt::format("{}() {{\n    _arguments -S", function_of(command));
    for (const auto& option : command.options)
        text += option_line(option);
    for (const auto& argument : command.arguments)
        text += argument_line(argument);
    return text + "\n}\n";
}

std::string function_of_group(const Command& command)
{
    auto text = fmt::format(
        "{}() {{\n    local line state\n    local -a commands\n    commands=(",
        function_of(command));
    for (const auto& below : command.commands)
        text += "\n        " + quoted(below.name + ":" + below.description);
    text += "\n    )\n    _arguments -C";
    for (const auto& option : command.options)
        text += option_line(option);
    text += " \\\n        ': :->command' \\\n        '*:: :->rest'\n    case $state in\n"
            "    command) _describe -t commands command commands ;;\n"
            "    rest)\n        case $words[1] in\n";
    for (const auto& below : command.commands)
        text += fmt::format("        {}) {} ;;\n", below.name, function_of(below));
    return text + "        esac ;;\n    esac\n}\n";
}

} // namespace

std::string zsh_completion(const Command& program)
{
    std::string script{"#compdef insightd\n# Made by `insightd completion zsh`.\n"};
    for_each(program, [&](const Command& command) {
        script += command.commands.empty() ? function_of_leaf(command) : function_of_group(command);
    });
    return script + function_of(program) + " \"$@\"\n";
}

} // namespace insightd::manual
