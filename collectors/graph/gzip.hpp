#pragma once

#include "collectors/graph/failure.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace insightd::graph
{

/// Unpacks gzip or zlib data; malformed if it is damaged, cut off, or larger than `most` bytes.
Outcome<std::string> unpacked(std::string_view packed, std::size_t most);

} // namespace insightd::graph
