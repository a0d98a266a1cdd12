#include "collectors/webhook.hpp"
#include "daemon/webhooks/form.hpp"
#include "tests/fuzz/store.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// What anybody may send to the callback: a body, and the rows that it becomes; a query.

using namespace insightd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const model::Instant now{std::chrono::hours{490'000}};
    if (const auto delivery = collectors::delivery_of(text, now)) {
        model::Batch batch;
        batch.pushes = delivery->pushes;
        batch.mentions = delivery->mentions;
        for (const auto& mention : batch.mentions)
            if (mention.place.media_id <= 0 || mention.place.comment_id < 0)
                std::abort();
        for (const auto& push : batch.pushes)
            if (push.pushed_at >= now + std::chrono::hours{24} || push.media_id <= 0)
                std::abort();
        fuzz::store(batch);
    }
    (void)webhooks::form_of(text);
    return 0;
}
