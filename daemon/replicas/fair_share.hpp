#pragma once

#include "storage/model/lease.hpp"

namespace insightd::replicas
{

/// How many accounts an instance takes, or gives to those that lack some. It lacks accounts below
/// the whole part of its share, and takes free ones up to the next whole number: so everything is
/// owned, nobody has two more than another, and nothing changes hands that need not. Where nobody
/// lacks any and nothing has moved for a while, it takes whatever is left: those with other
/// accounts in their configuration cannot. What none of those who lack some has configured it takes
/// at any time.
model::SharePlan fair_share(const model::Census& census);

} // namespace insightd::replicas
