#include "collectors/graph/paging.hpp"
#include "collectors/live_media.hpp"
#include "collectors/media.hpp"
#include "tests/fuzz/answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

// Lists of posts and stories, and what is on the air.

namespace insightd::fuzz
{
namespace
{

void decode_node(const boost::json::value& node)
{
    model::Batch batch;
    for (const auto list : {collectors::MediaList::media, collectors::MediaList::stories})
        if (auto media = collectors::decode_media(node, list, now))
            batch.media.push_back(std::move(*media));
    store(batch);
}

} // namespace

void decode(const boost::json::value& body)
{
    (void)graph::next_cursor(body);
    const auto* object = body.if_object();
    const auto* data = object != nullptr ? object->if_contains("data") : nullptr;
    if (const auto* rows = data != nullptr ? data->if_array() : nullptr)
        for (const auto& row : *rows)
            decode_node(row);
    else
        decode_node(body);
    model::Batch batch;
    if (auto poll = collectors::decode_live_media(body, now))
        batch.live_polls.push_back(std::move(*poll));
    store(batch);
}

} // namespace insightd::fuzz
