#pragma once

#include <vector>

namespace insightd::soak
{

/// The database is away, in hours since the begin.
struct Outage {
    double from = 0, until = 0;
};

/// One in each third of so many days, at the same place of each, and one before what is judged: so
/// the spool fills and empties as often at the end as at the begin.
std::vector<Outage> outages_in(double days);

/// Hours at the begin in which the past is fetched and memory finds its size.
double warm_up_of(double days);

} // namespace insightd::soak
