#include "daemon/manual/command_tree.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <set>

namespace insightd::manual
{
namespace
{

const std::set<std::string> names_of_files{"--config", "--output"};

/// "{csv,ndjson}" or "TEXT:{csv,ndjson}", as CLI::IsMember has it: the words in braces.
std::vector<std::string> choices_in(const std::string& type_name)
{
    const auto begin = type_name.find('{');
    const auto end = type_name.rfind('}');
    if (begin == std::string::npos || end == std::string::npos)
        return {};
    return CLI::detail::split(type_name.substr(begin + 1, end - begin - 1), ',');
}

std::vector<std::string> names_of(const CLI::Option& option)
{
    if (!option.nonpositional())
        return {option.get_name(true)};
    std::vector<std::string> names;
    for (const auto& name : option.get_snames())
        names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        names.push_back("--" + name);
    return names;
}

Value value_of(const CLI::Option& option, const Option& seen)
{
    if (option.get_items_expected_max() == 0)
        return Value::none;
    if (!seen.choices.empty())
        return Value::choice;
    const auto is_file = [](const std::string& name) { return names_of_files.contains(name); };
    return std::ranges::any_of(seen.names, is_file) ? Value::file : Value::text;
}

Option seen_as(const CLI::Option& option)
{
    Option seen;
    seen.names = names_of(option);
    seen.description = option.get_description();
    seen.preset = option.get_default_str();
    seen.choices = choices_in(option.get_type_name());
    seen.value = value_of(option, seen);
    seen.is_required = option.get_required();
    seen.takes_many = option.get_items_expected_max() > 1;
    return seen;
}

Command seen_below(const CLI::App& app, const std::string& above)
{
    Command command;
    command.name = app.get_name();
    command.full_name = above.empty() ? command.name : above + " " + command.name;
    command.description = app.get_description();
    for (const auto* option : app.get_options())
        (option->nonpositional() ? command.options : command.arguments).push_back(seen_as(*option));
    for (const auto* below :
         app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
        command.commands.push_back(seen_below(*below, command.full_name));
    return command;
}

} // namespace

Command tree_of(const CLI::App& app)
{
    return seen_below(app, "");
}

} // namespace insightd::manual
