#pragma once

#include "tests/soak/stage.hpp"
#include "tests/soak/verdict.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace insightd::soak
{

/// What a soak came to.
struct Report {
    std::vector<Sample> samples; ///< one for each simulated hour
    std::vector<Finding> findings;
    std::vector<std::string> complaints;     ///< of the program, beside its growth
    std::map<std::string, std::int64_t> log; ///< warnings and errors that it wrote, by event
    std::int64_t calls = 0, values = 0, renewals = 0;
    std::int64_t finals = 0, missed = 0; ///< stories
    double minutes = 0;                  ///< real

    bool is_well() const { return complaints.empty() && is_flat(findings); }
};

/// Runs the daemon through so many simulated days, with outages of the database, and says each
/// line as it comes: one a day.
Report soak(const Wish& wish, double tolerance, const std::function<void(const std::string&)>& say);

/// The verdict in words.
std::string words_of(const Report& report);

} // namespace insightd::soak
