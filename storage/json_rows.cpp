#include "storage/json_rows.hpp"

#include <boost/json/parse.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace insightd::storage
{
namespace
{

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The length of the UTF-8 sequence at the front; 0 if it is none.
std::size_t sequence_length(std::string_view text)
{
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto continues = [&](std::size_t from, std::size_t to) {
        for (auto at = from; at < to; ++at)
            if (at >= text.size() || (byte(at) & 0xC0U) != 0x80U)
                return false;
        return true;
    };
    const auto first = byte(0);
    if (first < 0x80)
        return first == 0 ? 0 : 1;
    if (first >= 0xC2 && first <= 0xDF)
        return continues(1, 2) ? 2 : 0;
    if ((first & 0xF0U) == 0xE0U && continues(1, 3)) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first <= 0xF4 && continues(1, 4)) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool beyond = first == 0xF4 && byte(1) > 0x8F;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

/// The length of the longest front that PostgreSQL takes as it is.
std::size_t sound_length(std::string_view text)
{
    std::size_t sound = 0;
    while (sound < text.size()) {
        const auto length = sequence_length(text.substr(sound));
        if (length == 0)
            break;
        sound += length;
    }
    return sound;
}

double as_double(const model::Number& number)
{
    return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

/// `left` loses `number`; false where either is no integer or the difference is none.
bool subtract(std::int64_t& left, const model::Number& number)
{
    const auto* exact = std::get_if<std::int64_t>(&number);
    return exact != nullptr && !__builtin_sub_overflow(left, *exact, &left);
}

/// Total minus cells; exact as long as all are integers, and their difference is one.
json::value unattributed(const model::Breakdown& breakdown)
{
    if (!breakdown.total)
        return nullptr;
    const auto* whole = std::get_if<std::int64_t>(&*breakdown.total);
    bool exact = whole != nullptr;
    std::int64_t left = exact ? *whole : 0;
    double left_about = as_double(*breakdown.total);
    for (const auto& cell : breakdown.cells) {
        left_about -= as_double(cell.number);
        exact = exact && subtract(left, cell.number);
    }
    return exact ? json::value(left) : value_of(model::Number{left_about});
}

void add_breakdown(json::object& breakdowns, const model::Breakdown& breakdown)
{
    json::object split;
    split["total"] = breakdown.total ? value_of(*breakdown.total) : json::value(nullptr);
    split["unattributed"] = unattributed(breakdown);
    split["cells"] = cells_of(breakdown.cells);
    auto& by_dimension = breakdowns[clean(breakdown.metric)];
    if (!by_dimension.is_object())
        by_dimension = json::object{};
    by_dimension.get_object()[clean(fmt::format("{}", fmt::join(breakdown.dimensions, ",")))] =
        std::move(split);
}

void add_number(
    json::object& row, json::object& extra, const std::string& metric, const model::Number& number,
    std::span<const MetricColumn> columns)
{
    const auto column = column_of(columns, metric);
    if (!column.empty() && std::holds_alternative<std::int64_t>(number))
        row[column] = value_of(number);
    else
        extra[clean(metric)] = value_of(number);
}

json::value storable(const json::value& told);

json::object storable(const json::object& told)
{
    json::object object;
    for (const auto& [name, value] : told)
        object[clean(name)] = storable(value);
    return object;
}

json::array storable(const json::array& told)
{
    json::array rows;
    for (const auto& row : told)
        rows.push_back(storable(row));
    return rows;
}

json::value storable(const json::value& told)
{
    switch (told.kind()) {
    case json::kind::object:
        return storable(told.get_object());
    case json::kind::array:
        return storable(told.get_array());
    case json::kind::string:
        return json::value(clean(told.get_string()));
    case json::kind::double_:
        return value_of(model::Number{told.get_double()});
    default:
        return told;
    }
}

json::value or_null(json::object object)
{
    return object.empty() ? json::value(nullptr) : json::value(std::move(object));
}

} // namespace

std::string text_of(model::Instant instant)
{
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format(
        "{}T{:02}:{:02}:{:02}.{:06}Z", text_of(day), time.hours().count(), time.minutes().count(),
        time.seconds().count(), time.subseconds().count());
}
std::string text_of(model::Day day)
{
    const std::chrono::year_month_day date{day};
    return fmt::format(
        "{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()));
}

std::string clean(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    while (true) {
        const auto sound = sound_length(text);
        result += text.substr(0, sound);
        if (sound == text.size())
            return result;
        result += replacement;
        text.remove_prefix(sound + 1);
    }
}

json::value value_of(const std::optional<std::string>& text)
{
    return text ? json::value(clean(*text)) : json::value(nullptr);
}

json::value value_of(const std::optional<std::int64_t>& number)
{
    return number ? json::value(*number) : json::value(nullptr);
}

json::value value_of(const std::optional<bool>& flag)
{
    return flag ? json::value(*flag) : json::value(nullptr);
}

json::value value_of(const std::optional<model::Instant>& instant)
{
    return instant ? json::value(text_of(*instant)) : json::value(nullptr);
}

json::value value_of(const model::Number& number)
{
    if (const auto* whole = std::get_if<std::int64_t>(&number))
        return *whole;
    const auto real = std::get<double>(number);
    return std::isfinite(real) ? json::value(real) : json::value(nullptr);
}

json::value value_of_json(std::string_view text)
{
    return storable(json::parse(clean(text)));
}

json::value value_of(const model::OtherFacts& facts)
{
    json::object object;
    for (const auto& [name, value] : facts)
        object[clean(name)] = clean(value);
    return or_null(std::move(object));
}

json::array cells_of(const std::vector<model::Cell>& cells)
{
    json::array rows;
    for (const auto& cell : cells) {
        json::array values;
        for (const auto& value : cell.values)
            values.emplace_back(clean(value));
        rows.push_back(json::array{std::move(values), value_of(cell.number)});
    }
    return rows;
}

void add_readings(
    json::object& row, const model::Readings& readings, std::span<const MetricColumn> columns)
{
    json::object extra;
    json::object absent;
    json::object breakdowns;
    for (const auto& reading : readings.values) {
        if (const auto* number = std::get_if<model::Number>(&reading.value))
            add_number(row, extra, reading.metric, *number, columns);
        else
            absent[clean(reading.metric)] =
                model::to_string(std::get<model::Absence>(reading.value));
    }
    for (const auto& breakdown : readings.breakdowns)
        add_breakdown(breakdowns, breakdown);
    row["extra"] = or_null(std::move(extra));
    row["absent"] = or_null(std::move(absent));
    row["breakdowns"] = or_null(std::move(breakdowns));
}

} // namespace insightd::storage
