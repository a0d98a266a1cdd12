#pragma once

#include "tests/daemon/simulation.hpp"

#include <filesystem>
#include <string>

/// Words, names and addresses that tests plant where insightd must not keep them.
namespace insightd
{

/// Every file below, as bytes.
std::string bytes_below(const std::filesystem::path& folder);

/// Everything in every table and view.
std::string dump(const testing::Simulation& simulation);

/// Nothing of what is planted is in the text: "planted words", "planted_name", "planted_url", media
/// of messages, the person 5000000000000071.
void expect_clean(const std::string& text, const std::string& where);

} // namespace insightd
