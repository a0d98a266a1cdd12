#include "tests/sandbox/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace insightd::sandbox
{
namespace
{

constexpr std::size_t usual_limit = 25;
constexpr std::size_t largest_limit = 100;

} // namespace

std::vector<std::string> split_fields(const std::string& text)
{
    std::vector<std::string> fields;
    std::string field;
    int depth = 0;
    for (const char c : text) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (c == ',' && depth == 0)
            fields.push_back(std::exchange(field, {}));
        else
            field += c;
    }
    if (!field.empty())
        fields.push_back(field);
    return fields;
}

std::vector<std::string> fields_of(const Request& request)
{
    const auto text = request.param("fields");
    return split_fields(text.empty() ? "id" : text);
}

std::string plain_name(const std::string& field)
{
    return field.substr(0, field.find('{'));
}

std::string expansion_of(const std::string& field)
{
    const auto open = field.find('{');
    return open == std::string::npos ? "" : field.substr(open + 1, field.rfind('}') - open - 1);
}

Response nonexisting_field(Host host, const std::string& field)
{
    return refusal(
        host, 100, std::nullopt, "(#100) Tried accessing nonexisting field (" + field + ")");
}

std::optional<Response> duplicate_field(Host host, const std::vector<std::string>& fields)
{
    std::set<std::string> seen;
    for (const auto& field : fields)
        if (!seen.insert(field).second)
            return refusal(
                host, 2500, std::nullopt,
                fmt::format(
                    "Syntax error \"Field {} specified more than once. This is only possible "
                    "before version 2.1\" at character 5",
                    field));
    return std::nullopt;
}

std::optional<std::size_t> limit_of(const Request& request)
{
    const auto text = request.param("limit");
    if (text.empty())
        return usual_limit;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc{} || end != text.data() + text.size() || limit == 0)
        return std::nullopt;
    return std::min(limit, largest_limit);
}

} // namespace insightd::sandbox
