#pragma once

#include "daemon/status_page/facts.hpp"
#include "daemon/status_page/html.hpp"
#include "daemon/status_page/standing.hpp"

#include <string>
#include <vector>

/// What all pages have in common.
namespace insightd::status_page
{

/// A page to be sent: its whole text, beginning with the document type.
std::string whole_page(const DaemonNow& now, std::string_view title, const Html& content);

/// What a browser may do with a page: nothing but show it, with the style that is in it.
const std::string& content_security_policy();

/// The style of all pages.
std::string_view style();

struct Column {
    enum class Kind : std::uint8_t {
        words,
        brief,  ///< a few words, in one line where there is room
        number, ///< aligned at the right
    };
    std::string title;
    Kind kind = Kind::words;
};

/// On a narrow screen each row becomes a card, in which every cell has its column's title; the
/// first column is the card's heading.
Html table(
    std::string_view caption, const std::vector<Column>& columns,
    const std::vector<std::vector<Html>>& rows);

/// A sign and its word: no colour alone.
Html mark(Level level);

/// "Type: insightd login shop", or what to do in words; nothing if there is nothing to do.
Html mend(std::string_view words);

/// Others' words, as they were said.
Html quoted(std::string_view words);

/// The rest of a list, to be unfolded.
Html folded(const std::string& summary, const Html& content);

/// That the store does not answer, and of when what is shown is; nothing if it does.
Html notice_of_outage(
    const DaemonNow& now, const std::string& why_not, std::optional<model::Instant> as_of);

/// The gaps of one account, newest first.
Html gap_table(const std::vector<model::ShownGap>& gaps, model::Instant now);
std::string gap_words(const model::ShownGap& gap);

/// "in 3 h 20 min", with the instant behind it.
Html when(const std::optional<model::Instant>& instant, model::Instant now);

} // namespace insightd::status_page
