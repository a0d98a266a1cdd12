#include "config/instant.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace insightd::config
{
namespace
{

using namespace std::chrono;

/// Nothing of the platform is older, and PostgreSQL knows no year 0.
constexpr sys_days first_instant{year{1970} / 1 / 1};
constexpr sys_days end_of_time{year{10'000} / 1 / 1};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes as many leading letters as the pattern has; 'd' stands for a digit.
bool takes(std::string_view text, std::string_view pattern)
{
    return text.size() >= pattern.size() &&
           std::equal(pattern.begin(), pattern.end(), text.begin(), [](char wanted, char found) {
               return wanted == 'd' ? is_digit(found) : wanted == found;
           });
}

int number(std::string_view digits)
{
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// ".123" as 123,000 µs, cut off the text; nothing if the digits are too many or none.
std::optional<microseconds> take_fraction(std::string_view& text)
{
    if (!text.starts_with('.'))
        return microseconds{0};
    const auto end = std::find_if_not(text.begin() + 1, text.end(), is_digit);
    const auto digits = static_cast<std::size_t>(end - text.begin()) - 1;
    if (digits == 0 || digits > 6)
        return std::nullopt;
    int value = number(text.substr(1, digits));
    for (auto place = digits; place < 6; ++place)
        value *= 10;
    text.remove_prefix(digits + 1);
    return microseconds{value};
}

std::optional<minutes> offset_of(std::string_view zone)
{
    if (zone == "Z")
        return minutes{0};
    const bool west = zone.starts_with('-');
    if (!west && !zone.starts_with('+'))
        return std::nullopt;
    zone.remove_prefix(1);
    const bool plain = zone.size() == 4 && takes(zone, "dddd");
    if (!plain && !(zone.size() == 5 && takes(zone, "dd:dd")))
        return std::nullopt;
    const auto total =
        hours{number(zone.substr(0, 2))} + minutes{number(zone.substr(zone.size() - 2))};
    return west ? -total : total;
}

} // namespace

std::optional<sys_time<microseconds>> parse_instant(std::string_view text)
{
    if (!takes(text, "dddd-dd-ddTdd:dd:dd"))
        return std::nullopt;
    const auto field = [&](std::size_t at, std::size_t size) {
        return number(text.substr(at, size));
    };
    const year_month_day day{
        year{field(0, 4)}, month{static_cast<unsigned>(field(5, 2))},
        std::chrono::day{static_cast<unsigned>(field(8, 2))}};
    const auto time = hours{field(11, 2)} + minutes{field(14, 2)} + seconds{field(17, 2)};
    if (!day.ok() || field(11, 2) > 23 || field(14, 2) > 59 || field(17, 2) > 60)
        return std::nullopt;
    text.remove_prefix(19);
    const auto fraction = take_fraction(text);
    const auto offset = fraction ? offset_of(text) : std::nullopt;
    if (!offset)
        return std::nullopt;
    const sys_time<microseconds> instant = sys_days{day} + time + *fraction - *offset;
    return instant >= first_instant && instant < end_of_time ? std::optional{instant}
                                                             : std::nullopt;
}

std::optional<sys_time<microseconds>> from_unix_seconds(double seconds)
{
    constexpr auto most = static_cast<double>(end_of_time.time_since_epoch() / 1s);
    if (!(seconds >= 0 && seconds < most)) // false for a NaN as well
        return std::nullopt;
    return sys_time<microseconds>{microseconds{std::llround(seconds * 1e6)}};
}

} // namespace insightd::config
