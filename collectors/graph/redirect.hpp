#pragma once

#include <string>
#include <string_view>

namespace insightd::graph
{

/// What a login came back with, as the redirect's query says it. Either a code or an error.
struct Redirect {
    std::string code;
    std::string state;
    std::string error;       ///< such as access_denied
    std::string reason;      ///< such as user_denied
    std::string description; ///< for people
};

/// Reads a redirect URL, its query alone, or nothing but the code, as a person may paste it. The
/// "#_" that the platform appends is no part of the code and is cut in every form. What holds
/// neither code nor error comes back empty.
/// Source: graph-api.md section 2.1, "Callback".
Redirect parse_redirect(std::string_view pasted);

} // namespace insightd::graph
