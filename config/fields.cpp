#include "config/fields.hpp"

#include <algorithm>

namespace insightd::config
{
namespace
{

Mistake located(const YAML::Node& at, std::string message)
{
    const auto mark = at.Mark(); // -1 where an empty file has no node
    return {std::max(mark.line + 1, 1), std::max(mark.column + 1, 1), std::move(message)};
}

void check_key(
    const YAML::Node& key, std::string_view what, const std::vector<std::string_view>& known,
    std::set<std::string>& seen, Context& context)
{
    if (!key.IsScalar())
        return context.mistake(key, "a key must be a plain word");
    const auto& name = key.Scalar();
    if (!seen.insert(name).second)
        context.mistake(key, "`" + name + "` is there twice; keep one");
    else if (name == "<<")
        context.mistake(key, "merge keys (`<<`) are not read; use `defaults` instead");
    else if (std::ranges::find(known, name) == known.end())
        context.mistake(
            key, std::string{what} + " has no key `" + name + "`" + suggestion(name, known));
}

} // namespace

void Context::mistake(const YAML::Node& at, std::string message)
{
    mistakes.push_back(located(at, std::move(message)));
}

bool check_keys(
    const YAML::Node& node, std::string_view what, const std::vector<std::string_view>& known,
    Context& context)
{
    if (!node.IsMap()) {
        context.mistake(node, std::string{what} + " must be a map of keys and values");
        return false;
    }
    std::set<std::string> seen;
    for (const auto& entry : node)
        check_key(entry.first, what, known, seen, context);
    return true;
}

YAML::Node value_of(const YAML::Node& map, std::string_view key)
{
    for (const auto& entry : map)
        if (entry.first.IsScalar() && entry.first.Scalar() == key)
            return entry.second;
    return YAML::Node{YAML::NodeType::Undefined};
}

} // namespace insightd::config
