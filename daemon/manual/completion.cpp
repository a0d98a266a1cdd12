#include "daemon/manual/completion.hpp"

namespace insightd::manual
{

void for_each(const Command& command, const std::function<void(const Command&)>& visit)
{
    visit(command);
    for (const auto& below : command.commands)
        for_each(below, visit);
}

std::string path_of(const Command& command)
{
    const auto blank = command.full_name.find(' ');
    return blank == std::string::npos ? "" : command.full_name.substr(blank + 1);
}

std::string quoted(const std::string& text)
{
    std::string result{"'"};
    for (const char letter : text)
        result += letter == '\'' ? std::string{"'\\''"} : std::string{letter};
    return result + "'";
}

} // namespace insightd::manual
