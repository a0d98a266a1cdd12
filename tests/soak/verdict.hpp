#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Whether a soak was flat: pure arithmetic on what was seen of the daemon's process.
namespace insightd::soak
{

/// What was seen at one moment.
struct Sample {
    double hours = 0;             ///< simulated, since the begin
    std::int64_t resident = 0;    ///< KiB: VmRSS
    std::int64_t own = 0;         ///< KiB: Private_Dirty, what no file could give back
    std::int64_t descriptors = 0; ///< open
    std::int64_t threads = 0;
    std::int64_t waiting = 0; ///< readings that are due and have not ended
    std::int64_t overdue =
        0; ///< simulated seconds that the latest collector of any account is late
    std::int64_t spool_rows = 0;
    std::int64_t spool_bytes = 0;
};

/// One measure, in the first and in the last third.
struct Finding {
    std::string_view measure;
    double first = 0, last = 0; ///< medians
    double most = 0;            ///< that the last may be
    bool is_flat() const { return last <= most; }
};

/// Which part of the run is judged, and how strictly.
struct Terms {
    double warm_up = 0;        ///< hours at the begin that do not count
    double hours = 0;          ///< of the whole run
    double tolerance = 0.02;   ///< by which memory may be more
    double usual_waiting = 50; ///< tasks that may wait at any moment
};

/// The samples of the first third of the run, warm-up aside, beside those of the last third. A
/// measure without samples in both is not flat. Less than before is flat.
std::vector<Finding> findings(const std::vector<Sample>& samples, const Terms& terms);

bool is_flat(const std::vector<Finding>& findings);

double median(std::vector<double> numbers); ///< 0 of none

} // namespace insightd::soak
