#pragma once

#include <string>
#include <vector>

namespace CLI
{
class App;
}

/// What the command line takes, as data, and what is made of it: manual pages and completions. As
/// they are made by the program from what it parses with, they cannot tell anything else.
namespace insightd::manual
{

/// What follows an option, or stands alone.
enum class Value {
    none,   ///< a flag
    file,   ///< any file of the machine
    choice, ///< one of `choices`
    text,   ///< anything else
};

struct Option {
    std::vector<std::string> names; ///< with their dashes: -c, --config; of an argument its name
    std::string description;
    std::string preset; ///< what stands if it is left out; empty: nothing
    Value value = Value::none;
    std::vector<std::string> choices;
    bool is_required = false;
    bool takes_many = false;
};

struct Command {
    std::string name;
    std::string description;
    std::vector<Option> options;
    std::vector<Option> arguments; ///< by their place, without a name on the command line
    std::vector<Command> commands; ///< those below it

    /// What the command line calls it: "insightd token add".
    std::string full_name;
};

/// What is hidden from `--help` is not in it.
Command tree_of(const CLI::App& app);

} // namespace insightd::manual
