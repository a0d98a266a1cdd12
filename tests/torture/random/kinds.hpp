#pragma once

#include "tests/torture/random/ground.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace insightd::torture
{

/// What a fault is done to. Two that are done at once are of different parts.
enum class Part { program, database, disk, network, platform, clock };

/// What it may cost in numbers that were answered, beside what a kill cuts off.
enum class Cost {
    nothing,     ///< every answer is stored, or its loss stated
    unread,      ///< what was answered last over a connection while it lasts may not have arrived
    other_days,  ///< days that are told while it lasts are none that the program keeps
    wrong_times, ///< one that starts while it lasts may store numbers under the wrong time
};

/// One kind of fault: how it is injected and how it is healed, in words and in deed.
struct Kind {
    std::string_view name, how, healed_by;
    Part part{};
    Cost cost{};
    std::function<void(Ground&)> inject;
    std::function<void(Ground&)> heal;
    bool needs_small_disk = false; ///< left out where none can be mounted
};

using Posts = std::vector<std::int64_t>;

/// What the platform itself does wrong: a switch of the sandbox, for the posts of one account.
struct PlatformFault {
    std::string_view name, how;
    std::function<void(sandbox::Faults&, const Posts&)> on;
    Cost cost = Cost::nothing;
};
std::vector<PlatformFault> platform_faults();

/// Every kind there is; the list says how many.
std::vector<Kind> all_kinds();

std::vector<Kind> kinds_of_program();
std::vector<Kind> kinds_of_database();
std::vector<Kind> kinds_of_disk();
std::vector<Kind> kinds_of_files();
std::vector<Kind> kinds_of_network();
std::vector<Kind> kinds_of_platform();
std::vector<Kind> kinds_of_clock();

} // namespace insightd::torture
