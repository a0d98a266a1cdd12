#include "daemon/webhooks/rate.hpp"

#include <algorithm>

namespace insightd::webhooks
{

bool Rate::takes(Time now)
{
    const auto passed = std::chrono::duration<double>{now - at_}.count();
    left_ = std::min(most_, left_ + passed * most_);
    at_ = now;
    if (left_ < 1)
        return false;
    left_ -= 1;
    return true;
}

} // namespace insightd::webhooks
