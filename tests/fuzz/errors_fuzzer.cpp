#include "collectors/collected.hpp"
#include "collectors/competitors.hpp"
#include "collectors/conversations.hpp"
#include "collectors/graph/answer.hpp"
#include "collectors/graph/batch.hpp"
#include "collectors/graph/dead_token.hpp"
#include "collectors/graph/transport.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

// Refusals, under every status that the platform sends with them, and what is made of them.

using namespace insightd;

namespace
{

constexpr std::array statuses{200, 400, 401, 403, 404, 429, 500, 503};

void explain(graph::Failure failure)
{
    (void)to_string(failure);
    for (const auto subject : {catalog::Subject::media, catalog::Subject::account})
        (void)collectors::absence_of(failure, subject);
    (void)collectors::is_of_competitor(failure);
    (void)collectors::is_deleted_message(failure);
    (void)graph::reason_of_death(failure);
    (void)graph::named_metric(failure.message);
    if (const auto printed = graph::printed_metrics(failure.message))
        if (printed->valid.empty())
            std::abort();
    const config::Secret secret{"token"};
    graph::erase_secret(failure.message, secret);
    if (failure.message.find("token") != std::string::npos)
        std::abort();
    (void)graph::is_of_batches(failure);
    (void)graph::failure_of_each(std::move(failure));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    graph::HttpReply reply;
    reply.body.assign(reinterpret_cast<const char*>(data), size);
    reply.status = statuses[size % statuses.size()];
    const auto body = graph::body_of(reply);
    if (!body)
        explain(body.error());
    else if (reply.status >= 300)
        std::abort(); // a refusal is no answer
    return 0;
}
