#include "collectors/graph/grant.hpp"

#include "collectors/graph/node.hpp"
#include "config/instant.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <charconv>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string{text->data(), text->size()} : std::string{};
}

/// Exact, from a number or a decimal string.
std::optional<std::int64_t> integer_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    if (value == nullptr)
        return std::nullopt;
    if (const auto* exact = value->if_int64())
        return *exact;
    const auto* text = value->if_string();
    std::int64_t number = 0;
    if (text == nullptr)
        return std::nullopt;
    const auto* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    return error == std::errc{} && stop == end && !text->empty() ? std::optional{number}
                                                                 : std::nullopt;
}

/// "a,b" or ["a","b"]
std::vector<std::string> names_at(const json::object& object, std::string_view name)
{
    std::vector<std::string> names;
    const auto* value = object.if_contains(name);
    if (value == nullptr)
        return names;
    if (const auto* list = value->if_array())
        for (const auto& entry : *list)
            if (const auto* text = entry.if_string())
                names.emplace_back(text->data(), text->size());
    const auto joined = text_at(object, name);
    for (std::string_view left = joined; !left.empty();) {
        const auto end = std::min(left.find_first_of(", "), left.size());
        if (end > 0)
            names.emplace_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return names;
}

/// Unix seconds; 0 is "never".
std::optional<config::Instant> instant_at(const json::object& object, std::string_view name)
{
    const auto seconds = integer_at(object, name);
    return seconds && *seconds > 0 ? config::from_unix_seconds(static_cast<double>(*seconds))
                                   : std::nullopt;
}

Failure malformed(std::string what)
{
    Failure failure;
    failure.kind = FailureClass::malformed;
    failure.message = std::move(what);
    return failure;
}

/// Nobody grants more, and sums with it must not overflow.
constexpr std::chrono::seconds longest_life = std::chrono::days{3'650};

} // namespace

Outcome<Grant> decode_grant(const boost::json::value& body)
{
    const auto* node = node_of(body);
    auto token = node != nullptr ? text_at(*node, "access_token") : std::string{};
    if (token.empty())
        return malformed("a token answer without `access_token`");
    Grant grant;
    grant.token = config::Secret{std::move(token)};
    if (const auto seconds = integer_at(*node, "expires_in"); seconds && *seconds > 0)
        grant.expires_in = std::min(std::chrono::seconds{*seconds}, longest_life);
    grant.permissions = names_at(*node, "permissions");
    grant.user_id = integer_at(*node, "user_id");
    return grant;
}

Outcome<TokenReport> decode_token_report(const boost::json::value& body)
{
    const auto* node = node_of(body);
    const auto* outer = body.if_object();
    const auto* data = outer != nullptr ? outer->if_contains("data") : nullptr;
    if (data != nullptr && data->is_object())
        node = &data->get_object();
    if (node == nullptr)
        return malformed("a debug_token answer without `data`");
    TokenReport report;
    const auto* valid = node->if_contains("is_valid");
    report.is_valid = valid != nullptr && valid->is_bool() && valid->get_bool();
    report.type = text_at(*node, "type");
    report.issued_at = instant_at(*node, "issued_at");
    report.expires_at = instant_at(*node, "expires_at");
    report.data_access_expires_at = instant_at(*node, "data_access_expires_at");
    report.scopes = names_at(*node, "scopes");
    const auto* error = node->if_contains("error");
    if (error != nullptr && error->is_object())
        report.error = text_at(error->get_object(), "message");
    return report;
}

std::optional<Page> decode_page(const boost::json::value& row)
{
    const auto* node = row.if_object();
    if (node == nullptr)
        return std::nullopt;
    Page page;
    page.id = text_at(*node, "id");
    page.name = text_at(*node, "name");
    page.token = config::Secret{text_at(*node, "access_token")};
    const auto* account = node->if_contains("instagram_business_account");
    if (account != nullptr && account->is_object()) {
        page.instagram_id = integer_at(account->get_object(), "id");
        page.instagram_username = text_at(account->get_object(), "username");
    }
    return page.id.empty() ? std::nullopt : std::optional{std::move(page)};
}

} // namespace insightd::graph
