#pragma once

#include "collectors/graph/page_size.hpp"

#include <map>
#include <set>
#include <string>

namespace insightd::graph
{

/// What clients find out while the program runs. They come and go with the turns of accounts; this
/// stays, and all share it.
struct Memory {
    std::map<std::string, PageSize> page_sizes; ///< by path; only of lists that are not read in
                                                ///< pages of full size
    std::set<std::string> take_no_batches;      ///< hosts that refused one, as in `api.graph_url`
};

} // namespace insightd::graph
