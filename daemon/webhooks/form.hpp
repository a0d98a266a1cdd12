#pragma once

#include <map>
#include <string>
#include <string_view>

namespace insightd::webhooks
{

/// "a=1&b=%20" by names. What is not well escaped is left out.
std::map<std::string, std::string> form_of(std::string_view query);

} // namespace insightd::webhooks
