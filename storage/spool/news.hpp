#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace insightd::spool
{

/// Something that an operator should know; whoever owns a log writes it there.
struct News {
    enum class Weight { information, error };

    Weight weight{};
    std::string event;
    std::vector<std::pair<std::string, std::string>> fields;
};

using Say = std::function<void(const News&)>;

} // namespace insightd::spool
