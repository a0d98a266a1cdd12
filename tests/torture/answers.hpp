#pragma once

#include "tests/sandbox/api.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::torture
{

/// A number under the name of what it counts: "views of post 17900000000000001", "followers_count
/// of account 17841400000000001", "reach of account 17841400000000001 in the day to 1772352000".
struct Named {
    std::string name;
    double number = 0;
    bool is_repeated = false; ///< said beside another answer of the same turn
    bool is_of_walk = false;  ///< of several calls, which are stored together or asked again
};

std::string name_of_post(std::string_view metric, std::int64_t media);
std::string name_of_account(std::string_view metric, std::int64_t account);
std::string
name_of_day(std::string_view metric, std::int64_t account, std::int64_t day_end); ///< unix seconds

/// The numbers that the daemon is to store of what was answered for the account: insights of posts,
/// the counts of the lists, the counters of the profile, the days.
std::vector<Named> numbers_in(
    const sandbox::Request& request, const sandbox::Response& response, std::int64_t account);

} // namespace insightd::torture
