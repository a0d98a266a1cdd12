#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// Markup that cannot be forged: what is not written in the source is text, and is escaped.
namespace insightd::status_page
{

/// Markup as it stands in the source. Only a literal becomes one: "<hr>"_html.
class Markup
{
public:
    std::string_view text() const { return text_; }

private:
    explicit constexpr Markup(std::string_view text) : text_{text} {}
    friend consteval Markup operator""_html(const char* text, std::size_t size);
    std::string_view text_;
};

consteval Markup operator""_html(const char* text, std::size_t size)
{
    return Markup{std::string_view{text, size}};
}

/// The name of an element or an attribute, as it stands in the source.
class Name
{
public:
    template <std::size_t size> consteval Name(const char (&name)[size]) : text_{name, size - 1}
    {
        for (const char letter : text_)
            if (!(letter >= 'a' && letter <= 'z') && !(letter >= 'A' && letter <= 'Z') &&
                !(letter >= '0' && letter <= '9') && letter != '-')
                throw "a name has letters, digits and hyphens"; // no program is made of it
    }
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// A piece of a page. Made of text it is escaped: of markup there is no other way into it.
class Html
{
public:
    Html() = default;
    Html(Markup markup) : markup_{markup.text()} {}
    Html(std::string_view text);
    Html(const std::string& text) : Html{std::string_view{text}} {}
    Html(const char* text) : Html{std::string_view{text}} {}

    Html& operator+=(const Html& more)
    {
        markup_ += more.markup_;
        return *this;
    }
    bool is_empty() const { return markup_.empty(); }
    const std::string& markup() const { return markup_; }

private:
    friend Html
    element(Name name, std::initializer_list<struct Attribute> attributes, const Html& content);
    std::string markup_;
};

/// A value of an attribute, escaped when it is written.
struct Attribute {
    Name name;
    std::string value;
};
using Attributes = std::initializer_list<Attribute>;

/// `<name attributes>content</name>`; elements that can have no content, such as input, end there.
Html element(Name name, Attributes attributes, const Html& content);
inline Html element(Name name, const Html& content)
{
    return element(name, {}, content);
}

/// The pieces in their order.
template <class... Pieces> Html joined(const Pieces&... pieces)
{
    Html all;
    ((all += Html{pieces}), ...);
    return all;
}

/// Text of others: whatever direction it is written in, what stands beside it keeps its own.
Html foreign(std::string_view text);

/// A link within the pages. Each part is escaped as one segment of the path: {"account", "a/b"}.
Html local_link(std::initializer_list<std::string_view> path, const Html& content);
std::string local_path(std::initializer_list<std::string_view> path);

/// A link to outside, which tells nobody where it was followed; of anything but https only the
/// content remains.
Html outside_link(std::string_view url, const Html& content);

} // namespace insightd::status_page
