#pragma once

#include "storage/model/lease.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace insightd::replicas
{

/// A name that no other instance has, or ever had.
std::string new_instance_id();

/// The name of the folder on this machine, kept in a file in it; made at first use. Empty if it
/// cannot be kept: then an instance that was killed is waited for. Only for who has the folder for
/// itself.
std::string name_of_home(const std::filesystem::path& state_dir);

/// This process, as others will know it. `home` may be empty.
model::Newcomer
introduction(std::string version, std::vector<model::AccountId> accounts, std::string home);

} // namespace insightd::replicas
