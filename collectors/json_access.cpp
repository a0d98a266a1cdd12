#include "collectors/json_access.hpp"

#include "config/instant.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace insightd::collectors
{
namespace
{

std::string_view view(const json::string& text)
{
    return {text.data(), text.size()};
}

std::optional<std::int64_t> decimal(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// Beyond this, whole numbers have no double of their own.
constexpr double end_of_exact = 9'007'199'254'740'992; // 2^53

model::Number exact_if_whole(double real)
{
    if (std::trunc(real) == real && std::abs(real) < end_of_exact)
        return static_cast<std::int64_t>(real);
    return real;
}

void make_finite(json::value& value)
{
    if (const auto* real = value.if_double(); real != nullptr && !std::isfinite(*real))
        value = nullptr;
    if (auto* rows = value.if_array())
        std::ranges::for_each(*rows, make_finite);
    if (auto* object = value.if_object())
        for (auto& [name, member] : *object)
            make_finite(member);
}

} // namespace

const json::value* member(const json::value& value, std::string_view name)
{
    const auto* object = value.if_object();
    const auto* found = object != nullptr ? object->if_contains(name) : nullptr;
    return found != nullptr && !found->is_null() ? found : nullptr;
}

const json::array* array_in(const json::value& value, std::string_view name)
{
    const auto* found = member(value, name);
    return found != nullptr ? found->if_array() : nullptr;
}

std::optional<std::string> text_in(const json::value& value, std::string_view name)
{
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_string())
        return std::nullopt;
    return std::string{view(found->get_string())};
}

std::optional<bool> flag_in(const json::value& value, std::string_view name)
{
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_bool())
        return std::nullopt;
    return found->get_bool();
}

std::optional<std::int64_t> integer(const json::value& value)
{
    if (const auto* exact = value.if_int64())
        return *exact;
    if (const auto* text = value.if_string())
        return decimal(view(*text));
    return std::nullopt;
}

std::optional<std::int64_t> integer_in(const json::value& value, std::string_view name)
{
    const auto* found = member(value, name);
    return found != nullptr ? integer(*found) : std::nullopt;
}

std::optional<model::Number> number(const json::value& value)
{
    if (const auto* exact = value.if_int64())
        return *exact;
    if (const auto* large = value.if_uint64())
        return static_cast<double>(*large);
    if (const auto* real = value.if_double(); real != nullptr && std::isfinite(*real))
        return exact_if_whole(*real);
    return std::nullopt;
}

std::optional<model::Instant> instant(const json::value& value)
{
    if (const auto* text = value.if_string())
        return config::parse_instant(view(*text));
    const auto seconds = value.if_int64();
    return seconds != nullptr ? config::from_unix_seconds(static_cast<double>(*seconds))
                              : std::nullopt;
}

std::optional<model::Instant> instant_in(const json::value& value, std::string_view name)
{
    const auto* found = member(value, name);
    return found != nullptr ? instant(*found) : std::nullopt;
}

std::string as_text(json::value told)
{
    make_finite(told);
    return json::serialize(told);
}

} // namespace insightd::collectors
