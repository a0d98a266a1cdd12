#include "tests/sandbox/crowd.hpp"

namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;

std::int64_t one_in(std::chrono::minutes minutes, Remark::Instant from, Remark::Instant now)
{
    return now < from ? 0 : (now - from) / minutes;
}

} // namespace

std::int64_t Remark::likes(Instant now) const
{
    return one_in(std::chrono::minutes{90 + id % 7}, at, now);
}

std::int64_t Portrait::likes(Instant now) const
{
    return one_in(std::chrono::minutes{20 + media_id % 7}, at, now);
}

std::int64_t Portrait::comments(Instant now) const
{
    return one_in(std::chrono::minutes{240 + media_id % 7}, at, now);
}

std::int64_t count_remarks(const std::vector<Remark>& remarks, Remark::Instant now)
{
    std::int64_t count = 0;
    for (const auto& remark : remarks)
        if (remark.is_there(now))
            count += 1 + count_remarks(remark.replies, now);
    return count;
}

} // namespace insightd::sandbox
