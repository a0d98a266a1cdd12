#include "tests/documents/documents.hpp"

#include <fmt/format.h>

#include <regex>

namespace insightd::documents
{

std::vector<std::string> queries_in(const std::string& text)
{
    static const std::regex block{"```sql\n([^`]*)```"};
    std::vector<std::string> queries;
    for (std::sregex_iterator at{text.begin(), text.end(), block}, end; at != end; ++at)
        queries.push_back((*at)[1]);
    return queries;
}

std::string
with_answers(const std::string& text, const std::function<std::string(const std::string&)>& answer)
{
    static const std::regex answered{"```sql\n([^`]*)```\n```\n[^`]*```"};
    std::string written;
    auto rest = text.cbegin();
    for (std::sregex_iterator at{text.begin(), text.end(), answered}, end; at != end; ++at) {
        const auto& found = *at;
        const auto query = found[1].str();
        written.append(rest, found[0].first);
        written += fmt::format("```sql\n{}```\n```\n{}```", query, answer(query));
        rest = found[0].second;
    }
    return written.append(rest, text.cend());
}

} // namespace insightd::documents
