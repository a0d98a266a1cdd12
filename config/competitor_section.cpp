#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <regex>

namespace insightd::config
{
namespace
{

constexpr std::size_t most_competitors = 100;

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return text;
}

} // namespace

/// The platform takes names in any case, and nobody else is called the same in another.
void read_competitors(const YAML::Node& node, Account& account, Context& context)
{
    static const std::regex pattern{"[A-Za-z0-9_.]{1,30}"};
    if (!node.IsSequence() || node.size() > most_competitors)
        return context.mistake(
            node, "`competitors` must be a list of usernames, up to 100 of them");
    account.competitors.clear();
    for (const auto& entry : node) {
        const auto name = lower(entry.IsScalar() ? entry.Scalar() : std::string{});
        if (!std::regex_match(name, pattern))
            context.mistake(
                entry, "`competitors` takes usernames without `@`: letters, digits, `_` and `.`, "
                       "up to 30 of them");
        else if (std::ranges::find(account.competitors, name) != account.competitors.end())
            context.mistake(entry, "`competitors` names `" + name + "` twice");
        else
            account.competitors.push_back(name);
    }
}

void check_competitors(const YAML::Node& entry, const Account& account, Context& context)
{
    const auto wanted = account.collect.find(Collector::competitors);
    if (wanted == account.collect.end() || !wanted->second)
        return;
    if (account.login == Login::instagram)
        context.mistake(
            entry, "`competitors` can be collected with Facebook Login only: "
                   "graph.instagram.com does not offer them; write `collect: {competitors: off}`");
    else if (account.competitors.empty())
        context.mistake(
            entry, "`competitors` are to be collected and nobody is named: add "
                   "`competitors: [username]`");
}

} // namespace insightd::config
