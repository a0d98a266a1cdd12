#include "collectors/graph/redirect.hpp"

#include "collectors/graph/url.hpp"

#include <algorithm>
#include <array>

namespace insightd::graph
{
namespace
{

struct Part {
    std::string_view name;
    std::string Redirect::*value;
};

constexpr std::array parts{
    Part{"code", &Redirect::code},
    Part{"state", &Redirect::state},
    Part{"error", &Redirect::error},
    Part{"error_reason", &Redirect::reason},
    Part{"error_description", &Redirect::description},
};

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = std::min(text.find_first_not_of(blanks), text.size());
    const auto end = text.find_last_not_of(blanks);
    return end == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

/// What is not well escaped is taken to the letter: a person pasted it.
std::string decoded(std::string_view text)
{
    return unescaped(text).value_or(std::string{text});
}

/// Whether the text is a query, and not a code that happens to end in `=`.
bool is_query(std::string_view text)
{
    return std::ranges::any_of(parts, [&](const Part& part) {
        const auto name = std::string{part.name} + "=";
        return text.starts_with(name) || text.find("&" + name) != std::string_view::npos;
    });
}

/// Pasted escaped, the mark is `%23_`.
void strip_mark(std::string& code)
{
    const auto mark = code.find('#');
    if (mark != std::string::npos)
        code.erase(mark);
}

void read_parameter(std::string_view parameter, Redirect& redirect)
{
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto part = std::ranges::find(parts, parameter.substr(0, equals), &Part::name);
    if (part != parts.end() && equals < parameter.size())
        redirect.*part->value = decoded(parameter.substr(equals + 1));
}

} // namespace

Redirect parse_redirect(std::string_view pasted)
{
    auto text = trimmed(pasted);
    text = text.substr(0, text.find('#'));
    Redirect redirect;
    const auto query = text.find('?');
    if (query == std::string_view::npos && !is_query(text)) {
        if (text.find("://") == std::string_view::npos)
            redirect.code = decoded(text);
        strip_mark(redirect.code);
        return redirect;
    }
    if (query != std::string_view::npos)
        text.remove_prefix(query + 1);
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        read_parameter(text.substr(0, end), redirect);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    strip_mark(redirect.code);
    return redirect;
}

} // namespace insightd::graph
