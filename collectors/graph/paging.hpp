#pragma once

#include "collectors/graph/client.hpp"

#include <boost/json/array.hpp>

#include <cstddef>

namespace insightd::graph
{

struct PageLimits {
    std::size_t page_size = 100;   ///< `limit`; halves by itself on "reduce the amount of data"
    std::size_t max_pages = 1'000; ///< more is malformed
};

/// All rows of a cursor list, pages joined. Sends `after`, never follows `next`; ends where there
/// is no `paging.next`; an empty page with a `next` goes on; a cursor seen twice is malformed.
/// Source: graph-api.md sections 0.8 and 3.2.
boost::asio::awaitable<Outcome<boost::json::array>>
all_pages(Client& client, Request request, PageLimits limits = {});

/// The first page alone: the newest rows of a list. Halves the page like all_pages().
boost::asio::awaitable<Outcome<boost::json::array>>
first_page(Client& client, Request request, PageLimits limits = {});

} // namespace insightd::graph
