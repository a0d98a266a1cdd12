#include "daemon/status_page/html.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::status_page
{
namespace
{

constexpr std::string_view replacement{"\xEF\xBF\xBD"}; // U+FFFD

/// Control characters say nothing on a page, and are no HTML.
bool is_control(char letter)
{
    const auto code = static_cast<unsigned char>(letter);
    constexpr unsigned char blank = 0x20;
    constexpr unsigned char del = 0x7F;
    return (code < blank && letter != '\n' && letter != '\t') || code == del;
}

/// The one place where text becomes markup: in content and, quoted, in attributes.
void escape_into(std::string& out, std::string_view text)
{
    for (const char letter : text) {
        switch (letter) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            if (is_control(letter))
                out += replacement;
            else
                out += letter;
        }
    }
}

bool is_void(std::string_view element)
{
    constexpr std::array all{
        std::string_view{"input"}, std::string_view{"meta"}, std::string_view{"br"},
        std::string_view{"hr"}};
    return std::ranges::find(all, element) != all.end();
}

} // namespace

Html::Html(std::string_view text)
{
    escape_into(markup_, text);
}

Html element(Name name, Attributes attributes, const Html& content)
{
    Html html;
    auto& markup = html.markup_;
    markup += '<';
    markup += name.text();
    for (const auto& [key, value] : attributes) {
        markup += ' ';
        markup += key.text();
        markup += "=\"";
        escape_into(markup, value);
        markup += '"';
    }
    markup += '>';
    if (is_void(name.text()))
        return html;
    markup += content.markup();
    markup += "</";
    markup += name.text();
    markup += '>';
    return html;
}

Html foreign(std::string_view text)
{
    return element("bdi", text);
}

std::string local_path(std::initializer_list<std::string_view> path)
{
    std::string all;
    for (const auto part : path) {
        all += '/';
        for (const char letter : part) {
            const bool is_plain = (letter >= 'a' && letter <= 'z') ||
                                  (letter >= 'A' && letter <= 'Z') ||
                                  (letter >= '0' && letter <= '9') || letter == '-' ||
                                  letter == '_' || letter == '.' || letter == '~';
            if (is_plain)
                all += letter;
            else
                all += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return all.empty() ? "/" : all;
}

Html local_link(std::initializer_list<std::string_view> path, const Html& content)
{
    return element("a", {{"href", local_path(path)}}, content);
}

Html outside_link(std::string_view url, const Html& content)
{
    if (!url.starts_with("https://"))
        return content;
    return element(
        "a", {{"href", std::string{url}}, {"rel", "noreferrer noopener external"}}, content);
}

} // namespace insightd::status_page
