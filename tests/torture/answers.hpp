#pragma once

#include "tests/sandbox/api.hpp"

#include <cstdint>
#include <map>
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
    bool is_snapshot = false; ///< of a day (UTC) the last one is kept
};

/// Of a breakdown: "navigation by story_navigation_action_type".
std::string name_of_split(std::string_view metric, std::string_view dimensions);
/// The same of people: "follower_demographics by age in this_month".
std::string
name_of_people(std::string_view metric, std::string_view dimensions, std::string_view timeframe);
/// "online_followers at 13"
std::string name_of_hour(int hour);

/// The metric under which the list of stories counts a story: 1 each time that it shows it.
inline constexpr std::string_view listing = "listing";

/// A breakdown as one number: another cell, or another number in it, makes another. Values are
/// compared without their case.
class Checksum
{
public:
    void add(std::string_view values, double number);
    double value() const;
    bool is_empty() const { return cells_.empty(); }

private:
    std::map<std::string, double> cells_;
};

std::string name_of_post(std::string_view metric, std::int64_t media);
std::string name_of_account(std::string_view metric, std::int64_t account);
std::string
name_of_day(std::string_view metric, std::int64_t account, std::int64_t day_end); ///< unix seconds

/// The numbers that the daemon is to store of what was answered for the account: insights of posts,
/// the counts of the lists, the counters of the profile, the days, the audience.
std::vector<Named> numbers_in(
    const sandbox::Request& request, const sandbox::Response& response, std::int64_t account);

} // namespace insightd::torture
