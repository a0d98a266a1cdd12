#include "collectors/graph/url.hpp"

#include "collectors/graph/hmac.hpp"

#include <boost/url/encoding_opts.hpp>
#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <array>

namespace insightd::graph
{
namespace
{

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::array<std::string_view, 7> secret_parameters{
    "access_token", "appsecret_proof",   "client_secret", "code",
    "input_token",  "fb_exchange_token", "user_id"}; // the last is a person's, in conversations

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

} // namespace

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c) || c == ',') {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += hex_digits[byte >> 4];
        result += hex_digits[byte & 15];
    }
    return result;
}

std::string url_of(
    std::string_view base, std::string_view path,
    const std::vector<std::pair<std::string, std::string>>& params)
{
    std::string url{base};
    url += '/';
    url += path;
    char separator = '?';
    for (const auto& [name, value] : params) {
        url += std::exchange(separator, '&');
        url += escaped(name);
        url += '=';
        url += escaped(value);
    }
    return url;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& params)
{
    const auto url = url_of("", "", params);
    return url.substr(url.find('?') + 1);
}

std::optional<std::string> unescaped(std::string_view text)
{
    const auto view = boost::urls::make_pct_string_view({text.data(), text.size()});
    if (!view)
        return std::nullopt;
    boost::urls::encoding_opts plus_is_blank;
    plus_is_blank.space_as_plus = true;
    return view->decode(plus_is_blank);
}

bool is_secret_parameter(std::string_view name)
{
    return std::ranges::find(secret_parameters, name) != secret_parameters.end();
}

std::string redacted(std::string_view url)
{
    const auto query = url.find('?');
    if (query == std::string_view::npos)
        return std::string{url};
    std::string result{url.substr(0, query)};
    auto rest = url.substr(query);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&', 1), rest.size());
        const auto parameter = rest.substr(0, end);
        const auto equals = std::min(parameter.find('='), parameter.size());
        const bool secret = is_secret_parameter(parameter.substr(1, equals - 1));
        result +=
            secret ? std::string{parameter.substr(0, equals)} + "=***" : std::string{parameter};
        rest.remove_prefix(end);
    }
    return result;
}

std::string appsecret_proof(const config::Secret& app_secret, const config::Secret& token)
{
    return hmac_sha256(app_secret, token.reveal());
}

} // namespace insightd::graph
