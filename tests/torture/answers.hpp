#pragma once

#include "tests/sandbox/api.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::torture
{

/// A number under the name of what it counts: "views of post 17900000000000001", "followers_count
/// of account 17841400000000001".
struct Named {
    std::string name;
    double number = 0;
};

std::string name_of_post(std::string_view metric, std::int64_t media);
std::string name_of_account(std::string_view metric, std::int64_t account);

/// The numbers that the daemon is to store of what was answered for the account: insights of posts,
/// the counts of the lists, the counters of the profile. Days of accounts are left to the tests of
/// the daemon: a series answers more of them than are stored.
std::vector<Named> numbers_in(
    const sandbox::Request& request, const sandbox::Response& response, std::int64_t account);

} // namespace insightd::torture
