#pragma once

#include <string>
#include <string_view>

namespace insightd::collectors
{

/// A picture's URL without what changes at every answer: the signed query and the delivery node's
/// name. "https://scontent-gru2-1.cdninstagram.com/v/a.jpg?oh=1" and the same from another node are
/// one picture. Other URLs only lose query and fragment. For comparing, not for fetching.
/// Source: graph-api.md section 3.3, media_url.
std::string canonical_url(std::string_view url);

} // namespace insightd::collectors
