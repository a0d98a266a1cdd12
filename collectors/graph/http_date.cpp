#include "collectors/graph/http_date.hpp"

#include <date/date.h>

#include <sstream>

namespace insightd::graph
{

std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& header)
{
    std::istringstream stream{header};
    std::chrono::sys_seconds time;
    stream >> date::parse("%a, %d %b %Y %H:%M:%S GMT", time);
    return stream.fail() ? std::nullopt : std::optional{time};
}

} // namespace insightd::graph
