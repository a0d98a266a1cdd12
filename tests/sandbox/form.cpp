#include "tests/sandbox/form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace insightd::sandbox
{
namespace
{

/// What stands between `before` and `after`, or up to the end; empty without `before`.
std::string_view between(std::string_view text, std::string_view before, std::string_view after)
{
    const auto found = text.find(before);
    if (found == std::string_view::npos)
        return {};
    text.remove_prefix(found + before.size());
    return text.substr(0, text.find(after));
}

/// "multipart/form-data; boundary=x", the boundary quoted or not.
std::string boundary_of(std::string_view content_type)
{
    const auto quoted = between(content_type, "boundary=\"", "\"");
    return std::string{quoted.empty() ? between(content_type, "boundary=", ";") : quoted};
}

/// Each part is headers, an empty line and the value. Source: RFC 7578.
Params multipart_fields(const std::string& boundary, std::string_view body)
{
    const auto delimiter = "--" + boundary;
    Params fields;
    for (auto at = body.find(delimiter); at != std::string_view::npos;) {
        const auto begin = at + delimiter.size();
        at = body.find("\r\n" + delimiter, begin);
        const auto part = body.substr(begin, at == std::string_view::npos ? 0 : at - begin);
        const auto name = between(part, " name=\"", "\"");
        const auto value = part.find("\r\n\r\n");
        if (!name.empty() && value != std::string_view::npos)
            fields[std::string{name}] = std::string{part.substr(value + 4)};
        at = at == std::string_view::npos ? at : at + 2;
    }
    return fields;
}

} // namespace

std::string unescaped(std::string_view text)
{
    const auto digit = [](char c) {
        return c <= '9' ? c - '0'
                        : (c | 0x20) - 'a' + 10; // the client escapes with hex digits only
    };
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            result += static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
            at += 2;
        } else {
            result += text[at] == '+' ? ' ' : text[at];
        }
    }
    return result;
}

std::string form_escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos)
            result += c;
        else
            result += c == ' ' ? "+" : fmt::format("%{:02X}", byte);
    }
    return result;
}

Params url_encoded_fields(std::string_view text)
{
    Params fields;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        fields[unescaped(pair.substr(0, equals))] =
            unescaped(pair.substr(std::min(equals + 1, pair.size())));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

Params form_fields(std::string_view content_type, std::string_view body)
{
    if (content_type.starts_with("application/x-www-form-urlencoded"))
        return url_encoded_fields(body);
    if (content_type.starts_with("multipart/form-data"))
        return multipart_fields(boundary_of(content_type), body);
    return {};
}

} // namespace insightd::sandbox
