#pragma once

#include "config/loader.hpp"
#include "config/suggestion.hpp"

#include <yaml-cpp/yaml.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Walking a YAML map by a table of its keys. yaml-cpp itself accepts unknown and duplicate keys.
namespace insightd::config
{

/// What every reader may need, and where it leaves its mistakes.
struct Context {
    explicit Context(const MetricVocabulary& vocabulary) : metrics{vocabulary} {}

    const MetricVocabulary& metrics;
    std::string_view key; ///< whose value is being read
    std::vector<Mistake> mistakes;

    void mistake(const YAML::Node& at, std::string message);
};

/// One key of a map: its name, who reads its value, whether it must be there.
template <class Target> struct Field {
    std::string_view name;
    void (*read)(const YAML::Node& value, Target& target, Context& context) = nullptr;
    bool required = false;
};

/// Checks that `node` is a map whose keys are plain, known and there once.
/// False if it is no map at all: then nothing can be read.
bool check_keys(
    const YAML::Node& node, std::string_view what, const std::vector<std::string_view>& known,
    Context& context);

/// The value under the key; an undefined node if it is missing.
YAML::Node value_of(const YAML::Node& map, std::string_view key);

template <class Target>
std::vector<std::string_view> names_of(std::span<const Field<Target>> fields)
{
    std::vector<std::string_view> names;
    for (const auto& field : fields)
        names.push_back(field.name);
    return names;
}

/// Reads the map in the order of the table, so that a later key can rest on an earlier one.
template <class Target>
void read_fields(
    const YAML::Node& node, std::string_view what, std::span<const Field<Target>> fields,
    Target& target, Context& context)
{
    if (!check_keys(node, what, names_of(fields), context))
        return;
    for (const auto& field : fields) {
        const auto value = value_of(node, field.name);
        context.key = field.name;
        if (value.IsDefined())
            field.read(value, target, context);
        else if (field.required)
            context.mistake(node, std::string{what} + " lacks `" + std::string{field.name} + "`");
    }
}

} // namespace insightd::config
