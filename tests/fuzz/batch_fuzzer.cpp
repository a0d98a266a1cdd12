#include "collectors/graph/answer.hpp"
#include "collectors/graph/batch.hpp"
#include "collectors/graph/transport.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

// The answer to a batch; each member is then read like any answer.

using namespace insightd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t most_members = 3;
    graph::HttpReply reply;
    reply.status = 200;
    reply.body.assign(reinterpret_cast<const char*>(data), size);
    for (std::size_t count = 1; count <= most_members; ++count) {
        const auto members = graph::members_of(reply, count);
        if (!members)
            continue;
        if (members->size() != count)
            std::abort();
        for (const auto& member : *members)
            if (member)
                (void)graph::body_of(*member);
    }
    return 0;
}
