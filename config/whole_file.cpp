#include "config/whole_file.hpp"

#include <fstream>

namespace insightd::config
{

std::optional<std::string> whole_file(const std::filesystem::path& file)
{
    constexpr std::size_t piece = 4096;
    std::ifstream in{file, std::ios::binary};
    std::string text;
    while (in) {
        const auto end = text.size();
        text.resize(end + piece);
        in.read(text.data() + end, piece);
        text.resize(end + static_cast<std::size_t>(in.gcount()));
    }
    if (!in.eof())
        return std::nullopt;
    return text;
}

} // namespace insightd::config
