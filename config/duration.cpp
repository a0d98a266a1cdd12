#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace insightd::config
{

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    static constexpr std::array units{
        std::pair{'s', std::int64_t{1}}, std::pair{'m', std::int64_t{60}},
        std::pair{'h', std::int64_t{3'600}}, std::pair{'d', std::int64_t{86'400}}};
    constexpr std::int64_t longest = 3'650 * std::int64_t{86'400};
    if (text.size() < 2 || text.size() > 10)
        return std::nullopt;
    std::int64_t count = 0;
    const auto* end = text.data() + text.size() - 1;
    const auto [parsed, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || parsed != end || count < 1)
        return std::nullopt;
    for (const auto& [letter, seconds] : units)
        if (letter == text.back() && count <= longest / seconds)
            return std::chrono::seconds{count * seconds};
    return std::nullopt;
}

} // namespace insightd::config
