#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace insightd::storage
{

/// A series of which a row is kept where something changed, and one a day where nothing did.
struct Series {
    std::string_view table;          ///< of its rows, which have `observed_at`
    std::string_view same;           ///< condition that a row `p` of it is of the series of `r`
    std::vector<std::string> values; ///< columns
    std::string_view is_first;       ///< condition on its state `s`: there is no row yet
    std::string_view confirmed_at;   ///< of its state: the newest reading
    std::string_view row_at;         ///< of its state: the newest row
};

/// SQL expression: whether the reading `r` is to be a row, beside the state `s`. One that comes
/// late, behind newer ones, is judged by the row before it, so that writing it again changes
/// nothing.
std::string is_new(const Series& series);

} // namespace insightd::storage
