#pragma once

#include <string>
#include <string_view>

/// What the browser shows at the end of a login.
namespace insightd::daemon
{

/// A small page without scripts; title and text are escaped.
std::string login_page(std::string_view title, std::string_view text);

} // namespace insightd::daemon
