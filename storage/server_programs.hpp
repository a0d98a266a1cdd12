#pragma once

#include <filesystem>

namespace insightd::storage
{

/// Where initdb and pg_ctl of the newest PostgreSQL of this machine are. Throws model::Unavailable,
/// which says what to install, if there is none.
std::filesystem::path server_programs();

} // namespace insightd::storage
