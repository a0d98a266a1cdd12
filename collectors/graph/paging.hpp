#pragma once

#include "collectors/graph/client.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace insightd::graph
{

struct PageLimits {
    std::size_t page_size = 100;   ///< `limit`; halves by itself on "reduce the amount of data",
                                   ///< and grows again: the next list goes on with what this one
                                   ///< came to, see PageSize
    std::size_t max_pages = 1'000; ///< more is malformed
};

/// The rows that were read, and what stopped the reading before the end, if anything did.
struct Listed {
    boost::json::array rows;
    std::optional<Failure> failure;
};

/// Where the page after this one begins; nothing at the end of the list.
Outcome<std::optional<std::string>> next_cursor(const boost::json::value& page);

/// All rows of a cursor list, pages joined. Sends `after`, never follows `next`; ends where there
/// is no `paging.next`; an empty page with a `next` goes on; a cursor seen twice is malformed.
/// A failure on a later page keeps the rows of those before it.
/// Source: graph-api.md sections 0.8 and 3.2.
boost::asio::awaitable<Listed> all_pages(Client& client, Request request, PageLimits limits = {});

/// The first page alone: the newest rows of a list. Halves the page like all_pages().
boost::asio::awaitable<Listed> first_page(Client& client, Request request, PageLimits limits = {});

} // namespace insightd::graph
