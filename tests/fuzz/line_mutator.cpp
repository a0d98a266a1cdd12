#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// A configuration is lines: they change places, depth and values here; letters change elsewhere.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace
{

using Random = std::minstd_rand;
using Lines = std::vector<std::string>;

std::size_t below(Random& random, std::size_t end)
{
    return random() % end;
}

const std::array odd_values{
    "",
    "~",
    "true",
    "0",
    "-1",
    "1.5",
    "99999999999999999999",
    "1s",
    "3651d",
    "0x1F",
    "[]",
    "{}",
    "[a, a]",
    "{a: 1}",
    "\"\"",
    "'it''s'",
    "|",
    "&a 1",
    "*a",
    "!!int 1",
    "<<",
    "1e300",
    ".nan",
    "file:/etc/k",
    "env:TOKEN",
    "@",
    "\t",
    "off",
    "http://h",
    "https://h:99999/",
    "2026-02-30",
    "2026-01-02T08:00:00Z",
    "Etc/UTC"};

Lines lines_of(std::string_view text)
{
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void change_value(std::string& line, Random& random)
{
    const auto colon = line.find(':');
    const auto keep =
        colon == std::string::npos ? std::min(line.find('-'), line.size()) : colon + 1;
    line.resize(keep);
    line += std::string{" "} + odd_values[below(random, odd_values.size())];
}

void change_depth(std::string& line, Random& random)
{
    const auto first = std::min(line.find_first_not_of(' '), line.size());
    line.replace(0, first, std::string(2 * below(random, 6), ' '));
}

void change(Lines& lines, Random& random)
{
    const auto at = below(random, lines.size());
    auto& line = lines[at];
    const auto place = lines.begin() + static_cast<std::ptrdiff_t>(below(random, lines.size()));
    switch (below(random, 6)) {
    case 0:
        lines.erase(place);
        break;
    case 1: {
        auto copy = line;
        lines.insert(place, std::move(copy));
        break;
    }
    case 2:
        std::swap(line, *place);
        break;
    case 3:
        change_depth(line, random);
        break;
    default:
        change_value(line, random);
    }
}

std::size_t written(const Lines& lines, std::uint8_t* data, std::size_t most)
{
    std::string text;
    for (const auto& line : lines)
        text += line + '\n';
    const auto size = std::min(text.size(), most);
    std::memcpy(data, text.data(), size);
    return size;
}

} // namespace

extern "C" std::size_t
LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned int seed)
{
    Random random{seed};
    auto lines = lines_of({reinterpret_cast<const char*>(data), size});
    if (lines.size() < 2 || below(random, 2) == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (auto left = 1 + below(random, 3); left > 0 && !lines.empty(); --left)
        change(lines, random);
    return written(lines, data, most);
}

/// Some lines of the one among those of the other.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
    std::size_t other_size, std::uint8_t* out, std::size_t most, unsigned int seed)
{
    Random random{seed};
    auto lines = lines_of({reinterpret_cast<const char*>(one), one_size});
    const auto others = lines_of({reinterpret_cast<const char*>(other), other_size});
    if (lines.empty() || others.empty())
        return 0;
    const auto from = below(random, others.size());
    const auto count = std::min(others.size() - from, 1 + below(random, 4));
    const auto first = others.begin() + static_cast<std::ptrdiff_t>(from);
    lines.insert(
        lines.begin() + static_cast<std::ptrdiff_t>(below(random, lines.size() + 1)), first,
        first + static_cast<std::ptrdiff_t>(count));
    return written(lines, out, most);
}
