#include "config/scalars.hpp"

#include "config/duration.hpp"
#include "config/instant.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace insightd::config
{
namespace
{

std::optional<std::int64_t> decimal(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<double> real(std::string_view text)
{
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

bool is_loopback_host(std::string_view host)
{
    return host == "localhost" || host == "[::1]" ||
           (host.starts_with("127.") &&
            host.find_first_not_of("0123456789.") == std::string_view::npos);
}

constexpr std::array<std::pair<std::string_view, SecretReference::Kind>, 3> secret_kinds{{
    {"env", SecretReference::Kind::env},
    {"file", SecretReference::Kind::file},
    {"credential", SecretReference::Kind::credential},
}};

constexpr auto how_to_give_secrets =
    "write {env: NAME}, {file: /path} or {credential: NAME} and keep the secret there";

std::optional<SecretReference>
read_reference(const YAML::Node& key, const YAML::Node& value, Context& context)
{
    for (const auto& [name, kind] : secret_kinds) {
        if (key.Scalar() != name)
            continue;
        auto text = read_text(value, name, context);
        if (!text)
            return std::nullopt;
        if (kind == SecretReference::Kind::file && !text->starts_with('/')) {
            context.mistake(value, "`file` must be an absolute path");
            return std::nullopt;
        }
        return SecretReference{kind, std::move(*text)};
    }
    if (key.Scalar() == "vault")
        context.mistake(
            value, fmt::format(
                       "only an account's token can be in the vault, as {{vault: true}}; {}",
                       how_to_give_secrets));
    else // not repeated: it may be the secret itself
        context.mistake(
            key, "this is no place for a secret" +
                     suggestion(key.Scalar(), {"env", "file", "credential", "vault"}));
    return std::nullopt;
}

} // namespace

std::optional<std::string>
read_text(const YAML::Node& node, std::string_view what, Context& context)
{
    if (node.IsScalar() && !node.Scalar().empty())
        return node.Scalar();
    context.mistake(node, fmt::format("`{}` must be a text", what));
    return std::nullopt;
}

std::optional<std::filesystem::path>
read_file(const YAML::Node& node, std::string_view what, Context& context)
{
    const auto path = read_text(node, what, context);
    std::error_code none; // a folder that may not be entered, or a name that is too long
    if (!path || std::filesystem::is_regular_file(*path, none))
        return path;
    context.mistake(node, fmt::format("`{}` is no file that can be read: {}", what, *path));
    return std::nullopt;
}

std::optional<bool> read_switch(const YAML::Node& node, std::string_view what, Context& context)
{
    if (node.IsScalar()) {
        for (const auto* yes : {"on", "yes", "true"})
            if (node.Scalar() == yes)
                return true;
        for (const auto* no : {"off", "no", "false"})
            if (node.Scalar() == no)
                return false;
    }
    context.mistake(node, fmt::format("`{}` must be on or off", what));
    return std::nullopt;
}

std::optional<std::int64_t> read_count(
    const YAML::Node& node, std::string_view what, std::int64_t least, std::int64_t most,
    Context& context)
{
    const auto value = node.IsScalar() ? decimal(node.Scalar()) : std::nullopt;
    if (value && *value >= least && *value <= most)
        return value;
    context.mistake(node, fmt::format("`{}` must be a number from {} to {}", what, least, most));
    return std::nullopt;
}

std::optional<double> read_number(
    const YAML::Node& node, std::string_view what, double least, double most, Context& context)
{
    const auto value = node.IsScalar() ? real(node.Scalar()) : std::nullopt;
    if (value && *value >= least && *value <= most)
        return value;
    context.mistake(node, fmt::format("`{}` must be a number from {} to {}", what, least, most));
    return std::nullopt;
}

std::optional<std::chrono::seconds>
read_duration(const YAML::Node& node, std::string_view what, Context& context)
{
    const auto duration = node.IsScalar() ? parse_duration(node.Scalar()) : std::nullopt;
    if (!duration)
        context.mistake(
            node,
            fmt::format(
                "`{}` must be a duration from 1s to 3650d, such as 90s, 15m, 2h or 1d", what));
    return duration;
}

std::optional<Instant> read_instant(const YAML::Node& node, std::string_view what, Context& context)
{
    if (node.IsScalar()) {
        const auto seconds = real(node.Scalar());
        const auto instant = seconds ? from_unix_seconds(*seconds) : parse_instant(node.Scalar());
        if (instant)
            return instant;
    }
    context.mistake(
        node, fmt::format("`{}` must be an instant such as 2026-01-02T08:00:00Z", what));
    return std::nullopt;
}

std::optional<SecretReference>
read_secret(const YAML::Node& node, std::string_view what, Context& context)
{
    if (node.IsMap() && node.size() == 1 && node.begin()->first.IsScalar())
        return read_reference(node.begin()->first, node.begin()->second, context);
    context.mistake(
        node,
        node.IsScalar()
            ? fmt::format("a literal secret in `{}`: {}", what, how_to_give_secrets)
            : fmt::format("`{}` must say where the secret is: {}", what, how_to_give_secrets));
    return std::nullopt;
}

bool names_vault(const YAML::Node& node)
{
    if (!node.IsMap() || node.size() != 1)
        return false;
    const auto key = node.begin()->first;
    const auto value = node.begin()->second;
    return key.IsScalar() && key.Scalar() == "vault" && value.IsScalar() &&
           (value.Scalar() == "true" || value.Scalar() == "yes" || value.Scalar() == "on");
}

std::optional<std::pair<std::string, std::uint16_t>>
read_address(const YAML::Node& node, std::string_view what, Context& context)
{
    constexpr std::int64_t largest_port = 65'535;
    const auto text = node.IsScalar() ? node.Scalar() : std::string{};
    const auto colon = text.rfind(':');
    const auto port = colon != std::string::npos ? decimal(std::string_view{text}.substr(colon + 1))
                                                 : std::nullopt;
    auto address = text.substr(0, std::min(colon, text.size()));
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (bracketed)
        address = address.substr(1, address.size() - 2);
    const bool plain = bracketed || address.find(':') == std::string::npos;
    if (port && *port >= 0 && *port <= largest_port && !address.empty() && plain)
        return std::pair{std::move(address), static_cast<std::uint16_t>(*port)};
    context.mistake(node, fmt::format("`{}` must be address:port, such as 127.0.0.1:9464", what));
    return std::nullopt;
}

std::optional<std::size_t> read_choice(
    const YAML::Node& node, std::string_view what, const std::vector<std::string_view>& names,
    Context& context)
{
    for (std::size_t index = 0; node.IsScalar() && index < names.size(); ++index)
        if (node.Scalar() == names[index])
            return index;
    constexpr std::size_t longest_word = 32; // a longer one may be a token in the wrong place
    const auto text = node.IsScalar() ? node.Scalar() : std::string{};
    const auto shown = text.size() <= longest_word ? "`" + text + "`" : "that";
    context.mistake(node, fmt::format("`{}` cannot be {}{}", what, shown, suggestion(text, names)));
    return std::nullopt;
}

std::optional<std::string> read_url(const YAML::Node& node, std::string_view what, Context& context)
{
    auto text = read_text(node, what, context);
    if (!text)
        return std::nullopt;
    while (text->ends_with('/'))
        text->pop_back();
    const auto url = boost::urls::parse_uri(*text);
    if (!url || url->encoded_host().empty() ||
        (url->scheme() != "https" && url->scheme() != "http")) {
        context.mistake(
            node, fmt::format("`{}` must be a URL such as https://graph.facebook.com", what));
        return std::nullopt;
    }
    if (url->has_userinfo() || url->has_query() || url->has_fragment()) {
        context.mistake(
            node,
            fmt::format("`{}` must end with the host or a path: no user, password or query", what));
        return std::nullopt;
    }
    if (url->scheme() == "http" && !is_loopback_url(*text)) {
        context.mistake(
            node, fmt::format(
                      "`{}` must be https:// off loopback: tokens would travel in the open", what));
        return std::nullopt;
    }
    return text;
}

bool is_loopback_url(const std::string& url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed)
        return false;
    const auto host = parsed->encoded_host();
    return is_loopback_host({host.data(), host.size()});
}

} // namespace insightd::config
