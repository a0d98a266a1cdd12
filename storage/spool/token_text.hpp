#pragma once

#include "storage/model/token.hpp"

#include <string>

namespace insightd::spool
{

/// A sealed token as text, for files: as unreadable without the key as it is in the database.
std::string text_of(const model::SealedToken& token);

/// The reverse. Throws if the text is not what text_of() wrote.
model::SealedToken token_in(const std::string& text);

} // namespace insightd::spool
