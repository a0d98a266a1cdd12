#include "collectors/fields.hpp"

#include "collectors/json_access.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::collectors
{
namespace
{

bool has(FieldHost host, config::Login login)
{
    return host == FieldHost::both ||
           (host == FieldHost::instagram) == (login == config::Login::instagram);
}

/// Whether `message` names the field as a word of its own: "nonexisting field (has_poll)".
bool names_field(std::string_view message, std::string_view field)
{
    const auto is_word = [](char c) {
        return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
    };
    for (auto at = message.find(field); at != std::string_view::npos;
         at = message.find(field, at + 1)) {
        const auto end = at + field.size();
        if ((at == 0 || !is_word(message[at - 1])) &&
            (end == message.size() || !is_word(message[end])))
            return true;
    }
    return false;
}

} // namespace

std::vector<std::string>
field_names(std::span<const Field> fields, config::Login login, const RefusedFields& refused)
{
    std::vector<std::string> names;
    for (const auto& field : fields)
        if (has(field.host, login) && !refused.contains(std::string{field.name}))
            names.emplace_back(field.name);
    return names;
}

std::string joined(const std::vector<std::string>& names)
{
    return fmt::format("{}", fmt::join(names, ","));
}

bool drop_refused_field(
    std::vector<std::string>& fields, const graph::Failure& failure, RefusedFields& refused)
{
    if (failure.kind != graph::FailureClass::bad_field)
        return false;
    const auto named = std::ranges::find_if(fields, [&](const std::string& field) {
        return field != "id" && names_field(failure.message, field);
    });
    if (named == fields.end())
        return false;
    refused.insert(*named);
    fields.erase(named);
    return true;
}

model::OtherFacts
other_facts(const boost::json::value& node, std::span<const std::string_view> names)
{
    model::OtherFacts facts;
    for (const auto name : names)
        if (const auto* value = member(node, name)) {
            const auto text = text_in(node, name);
            facts.emplace_back(name, text ? *text : as_text(*value));
        }
    return facts;
}

} // namespace insightd::collectors
