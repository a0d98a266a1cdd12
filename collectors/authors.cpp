#include "collectors/authors.hpp"

#include "collectors/json_access.hpp"

#include <algorithm>

namespace insightd::collectors
{
namespace
{

/// Ids come as text, and as numbers.
std::string id_in(const json::value& node)
{
    const auto number = integer_in(node, "id");
    return number ? std::to_string(*number) : text_in(node, "id").value_or(std::string{});
}

} // namespace

ToldAuthor author_in(const boost::json::value& node)
{
    ToldAuthor told;
    if (const auto* from = member(node, "from")) {
        told.id = id_in(*from);
        told.username = text_in(*from, "username");
    }
    if (const auto* user = member(node, "user")) {
        const auto id = id_in(*user);
        told.is_asker = !id.empty();
        if (told.id.empty())
            told.id = id;
    }
    if (!told.username)
        told.username = text_in(node, "username");
    if (told.username && told.username->empty())
        told.username.reset();
    return told;
}

std::string as_name(std::string_view username)
{
    std::string name{"@"};
    name += username;
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return name;
}

bool PublicRules::is_own(const ToldAuthor& told) const
{
    return told.is_asker || told.id == std::to_string(account);
}

model::Author PublicRules::author_of(const ToldAuthor& told) const
{
    model::Author author;
    if (is_own(told))
        return author;
    if (!told.id.empty())
        author.key = names.of_person(account, told.id);
    if (told.username)
        author.name_key = names.of_person(account, as_name(*told.username));
    return author;
}

std::optional<model::PublicText> PublicRules::text_of(
    const ToldAuthor& told, const std::optional<std::string>& text,
    const std::optional<std::string>& permalink) const
{
    if (!keeps_text())
        return std::nullopt;
    return model::PublicText{text, told.id, told.username, permalink};
}

} // namespace insightd::collectors
