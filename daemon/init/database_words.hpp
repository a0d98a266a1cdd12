#pragma once

#include <string>
#include <string_view>

namespace insightd::init
{

/// What to do about a connection that PostgreSQL refused with these words; empty if they are not
/// known.
std::string_view mend_of(std::string_view words);

} // namespace insightd::init
