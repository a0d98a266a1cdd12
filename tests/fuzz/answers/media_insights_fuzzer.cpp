#include "collectors/insights.hpp"
#include "tests/fuzz/answer.hpp"

// Insights of one post, reel or story.

namespace insightd::fuzz
{

void decode(const boost::json::value& body)
{
    static const std::vector<std::string> asked{
        "reach", "views", "navigation", "profile_activity", "ig_reels_avg_watch_time"};
    const auto readings = collectors::decode_readings(body, asked, collectors::Case::folded);
    if (!readings)
        return;
    model::Batch batch;
    batch.samples.push_back({17, now, *readings});
    store(batch);
}

} // namespace insightd::fuzz
