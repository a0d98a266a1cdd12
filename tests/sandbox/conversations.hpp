#pragma once

#include "tests/sandbox/login.hpp"

/// Conversations and messages of the accounts' mailboxes. Source: graph-api.md section 6.
namespace insightd::sandbox
{

/// The answer of a list of conversations, of one, or of a message; nothing if the path is none of
/// theirs.
std::optional<Response> conversation_answer(
    const Visit& visit, const Token& token, const std::string& node, const std::string& edge,
    MessageCalls& calls);

} // namespace insightd::sandbox
