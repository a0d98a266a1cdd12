#include "collectors/graph/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace insightd::graph
{
namespace
{

constexpr int any = -2; ///< no code of the platform

/// One line of the table: the first that fits decides. Texts are looked for in lower case.
struct Rule {
    int code = any;
    int subcode = any;
    std::string_view text;
    FailureClass kind{};
    int last_code = any; ///< for a range of codes
};

// clang-format off
/// Source: graph-api.md sections 1, 4.4 and 8.
constexpr std::array rules{
    Rule{any, 2108006, "", FailureClass::before_conversion},
    Rule{any, 2207086, "", FailureClass::not_crossposted},
    Rule{-1, 0, "fatal", FailureClass::not_crossposted},
    Rule{1, any, "reduce the amount of data", FailureClass::too_much_data},
    Rule{1, any, "validating client secret", FailureClass::misconfigured},
    Rule{1, any, "unknown error", FailureClass::unknown_error},
    Rule{1, any, "", FailureClass::transient},
    Rule{2, any, "", FailureClass::transient},
    Rule{3, any, "", FailureClass::misconfigured},
    Rule{4, any, "", FailureClass::app_throttled},
    Rule{10, any, "not enough viewers", FailureClass::too_few_viewers},
    Rule{10, any, "", FailureClass::no_permission},
    Rule{17, any, "", FailureClass::account_throttled},
    Rule{32, any, "", FailureClass::account_throttled},
    Rule{100, any, "appsecret_proof", FailureClass::misconfigured},
    Rule{100, any, "redirect_uri is identical", FailureClass::misconfigured},
    Rule{100, any, "verification code", FailureClass::needs_login}, // of a login that is over
    Rule{100, 33, "", FailureClass::object_gone},
    Rule{100, any, "nonexisting field", FailureClass::bad_field},
    Rule{100, any, "media insights api does not support the", FailureClass::bad_metric},
    Rule{100, any, "incompatible breakdown", FailureClass::bad_breakdown},
    Rule{100, any, "breakdown[", FailureClass::bad_breakdown},
    Rule{100, any, "must be one of the following values", FailureClass::bad_metric},
    Rule{100, any, "incompatible", FailureClass::bad_metric},
    Rule{100, any, "should be specified with parameter", FailureClass::bad_metric},
    Rule{100, any, "metric only supports querying", FailureClass::bad_metric},
    Rule{100, any, "unsupported get request", FailureClass::object_gone},
    Rule{100, any, "", FailureClass::bad_request},
    Rule{102, any, "", FailureClass::needs_login},
    Rule{190, any, "", FailureClass::needs_login},
    Rule{200, any, "", FailureClass::no_permission, 299},
    Rule{341, any, "", FailureClass::app_throttled},
    Rule{368, any, "", FailureClass::blocked},
    Rule{613, any, "", FailureClass::account_throttled},
    Rule{803, any, "", FailureClass::misconfigured},
    Rule{2500, any, "", FailureClass::bad_request},
    Rule{9005, any, "", FailureClass::bad_field},
    Rule{36104, any, "", FailureClass::bad_field},
    Rule{80001, any, "", FailureClass::account_throttled, 80006},
    Rule{any, any, "client secret", FailureClass::misconfigured},
    Rule{any, any, "platform app", FailureClass::misconfigured},
    Rule{any, any, "redirect_uri", FailureClass::misconfigured},
    Rule{any, any, "authorization code", FailureClass::needs_login},
    Rule{any, any, "matching code was not found", FailureClass::needs_login},
    Rule{any, any, "verification code", FailureClass::needs_login},
    Rule{any, any, "unsupported get request", FailureClass::object_gone},
};

constexpr std::array names{
    std::pair{FailureClass::unreachable, std::string_view{"unreachable"}},
    std::pair{FailureClass::transient, std::string_view{"transient"}},
    std::pair{FailureClass::unknown_error, std::string_view{"unknown_error"}},
    std::pair{FailureClass::malformed, std::string_view{"malformed"}},
    std::pair{FailureClass::too_much_data, std::string_view{"too_much_data"}},
    std::pair{FailureClass::app_throttled, std::string_view{"app_throttled"}},
    std::pair{FailureClass::account_throttled, std::string_view{"account_throttled"}},
    std::pair{FailureClass::needs_login, std::string_view{"needs_login"}},
    std::pair{FailureClass::no_permission, std::string_view{"no_permission"}},
    std::pair{FailureClass::blocked, std::string_view{"blocked"}},
    std::pair{FailureClass::too_few_viewers, std::string_view{"too_few_viewers"}},
    std::pair{FailureClass::before_conversion, std::string_view{"before_conversion"}},
    std::pair{FailureClass::not_crossposted, std::string_view{"not_crossposted"}},
    std::pair{FailureClass::object_gone, std::string_view{"object_gone"}},
    std::pair{FailureClass::bad_metric, std::string_view{"bad_metric"}},
    std::pair{FailureClass::bad_breakdown, std::string_view{"bad_breakdown"}},
    std::pair{FailureClass::bad_field, std::string_view{"bad_field"}},
    std::pair{FailureClass::bad_request, std::string_view{"bad_request"}},
    std::pair{FailureClass::misconfigured, std::string_view{"misconfigured"}},
    std::pair{FailureClass::withheld, std::string_view{"withheld"}},
};

/// How refusals name a metric: what stands before and after it.
constexpr std::array metric_phrases{
    std::pair{std::string_view{"does not support the "}, std::string_view{" metric"}},
    std::pair{std::string_view{"for metric ("}, std::string_view{")"}},
    std::pair{std::string_view{"with the metric ("}, std::string_view{")"}},
    std::pair{std::string_view{"The following metric ("}, std::string_view{")"}},
    std::pair{std::string_view{"The following metrics ("}, std::string_view{")"}},
    std::pair{std::string_view{"(#100) ("}, std::string_view{") metric only supports"}},
};
// clang-format on

std::string lower(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

bool fits(const Rule& rule, int code, int subcode, std::string_view text)
{
    const bool code_fits =
        rule.code == any ||
        (rule.last_code == any ? rule.code == code : rule.code <= code && code <= rule.last_code);
    return code_fits && (rule.subcode == any || rule.subcode == subcode) &&
           text.find(rule.text) != std::string_view::npos &&
           // The last line knows only a text: it must not swallow codes that are not in the table.
           !(rule.code == any && rule.subcode == any && code != 0);
}

FailureClass by_status(int http_status)
{
    if (http_status == 429)
        return FailureClass::account_throttled;
    if (http_status >= 500)
        return FailureClass::transient;
    if (http_status == 401)
        return FailureClass::needs_login;
    if (http_status == 403)
        return FailureClass::no_permission;
    return http_status >= 400 ? FailureClass::bad_request : FailureClass::malformed;
}

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_list = 200;

bool is_metric_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name &&
           std::ranges::all_of(text, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      letter == '_';
           });
}

/// "a, b, c." as names; whatever is none is passed over.
std::vector<std::string> names_in(std::string_view list)
{
    std::vector<std::string> found;
    while (!list.empty() && found.size() < longest_list) {
        const auto end = std::min(list.find(','), list.size());
        auto name = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        while (name.starts_with(' '))
            name.remove_prefix(1);
        while (name.ends_with('.') || name.ends_with(' '))
            name.remove_suffix(1);
        if (is_metric_name(name))
            found.emplace_back(name);
    }
    return found;
}

constexpr bool heals_by_itself(FailureClass kind)
{
    return kind == FailureClass::app_throttled || kind == FailureClass::account_throttled ||
           kind == FailureClass::too_much_data;
}

} // namespace

std::string_view to_string(FailureClass kind)
{
    return std::ranges::find(names, kind, [](const auto& line) { return line.first; })->second;
}

std::string to_string(const Failure& failure)
{
    std::string text{to_string(failure.kind)};
    if (failure.code != 0)
        text += fmt::format(" {}", failure.code);
    if (failure.subcode != 0)
        text += fmt::format("/{}", failure.subcode);
    if (failure.code == 0 && failure.http_status != 0)
        text += fmt::format(" HTTP {}", failure.http_status);
    text += ": " + failure.message;
    if (!failure.trace_id.empty())
        text += fmt::format(" (fbtrace_id {})", failure.trace_id);
    return text;
}

void throw_exception_from_error(const Failure& failure, const boost::source_location& where)
{
    throw std::logic_error{fmt::format(
        "{}:{}: the value of a failed call was used: {}", where.file_name(), where.line(),
        to_string(failure))};
}

FailureClass
classify(int http_status, int code, int subcode, bool is_transient, std::string_view message)
{
    const auto text = lower(message);
    const auto rule = std::ranges::find_if(
        rules, [&](const Rule& line) { return fits(line, code, subcode, text); });
    const auto kind = rule != rules.end() ? rule->kind : by_status(http_status);
    return is_transient && !heals_by_itself(kind) ? FailureClass::transient : kind;
}

std::optional<std::string> named_metric(std::string_view message)
{
    for (const auto& [before, after] : metric_phrases) {
        const auto found = message.find(before);
        if (found == std::string_view::npos)
            continue;
        const auto rest = message.substr(found + before.size());
        const auto name = rest.substr(0, rest.find(after));
        if (!name.empty() && name.size() < rest.size() &&
            name.find_first_of(" ,()") == std::string_view::npos)
            return std::string{name};
    }
    return std::nullopt;
}

std::optional<PrintedMetrics> printed_metrics(std::string_view message)
{
    constexpr std::string_view before{"metric["};
    constexpr std::string_view between{"] must be one of the following values: "};
    const auto start = message.find(before);
    const auto list = message.find(between);
    if (start == std::string_view::npos || list == std::string_view::npos || list < start)
        return std::nullopt;
    PrintedMetrics printed;
    const auto* digits = message.data() + start + before.size();
    const auto [end, error] = std::from_chars(digits, message.data() + list, printed.refused_at);
    if (error != std::errc{} || end != message.data() + list)
        return std::nullopt;
    printed.valid = names_in(message.substr(list + between.size()));
    return printed.valid.empty() ? std::nullopt : std::optional{std::move(printed)};
}

} // namespace insightd::graph
