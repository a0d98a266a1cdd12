#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace insightd::config
{

/// "; did you mean `stories`?" if one of the names is close to `wrong`, else a list of all names if
/// they are few, else nothing.
std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& names);

} // namespace insightd::config
