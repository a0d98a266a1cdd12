#pragma once

#include <functional>
#include <string>
#include <vector>

/// Queries in the documents, and the answers that stand under them.
namespace insightd::documents
{

/// What stands in each ```sql block of a Markdown text, in their order.
std::vector<std::string> queries_in(const std::string& text);

/// The text with `answer(query)` in the block that follows a ```sql block at once. Queries without
/// such a block stay without an answer.
std::string with_answers(
    const std::string& text, const std::function<std::string(const std::string& query)>& answer);

} // namespace insightd::documents
