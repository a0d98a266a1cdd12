#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>

#include <sys/types.h>

namespace insightd::init
{

/// A file that cannot be written; the message says why, and what to do.
struct CannotWrite : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws CannotWrite if the file is there already, or if its folder takes none.
void require_room_for(const std::filesystem::path& file);

/// A file that was not there: it has its name once all of it is on the disk. Nothing is left of it
/// if that fails, or if somebody else makes it meanwhile; SIGINT and SIGTERM wait. Throws
/// CannotWrite.
void write_new(const std::filesystem::path& file, std::string_view text, mode_t mode);

} // namespace insightd::init
