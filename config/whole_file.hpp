#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace insightd::config
{

/// The contents of a file. Nothing if it cannot be read to its end, or is a folder; errno says why
/// then. Never throws for what the disk does.
std::optional<std::string> whole_file(const std::filesystem::path& file);

} // namespace insightd::config
