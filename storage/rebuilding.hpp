#pragma once

#include "storage/model/rebuilding.hpp"

#include <functional>
#include <optional>
#include <string>

/// The primary keys of months that have ended are written anew: deploy/docs/retention.md.
namespace insightd::storage
{

/// The oldest month that ended a week before `now` and was not rebuilt yet: its primary key is
/// written anew, REINDEX CONCURRENTLY, while others read and write. Returns nothing if there is no
/// such month, if somebody else is at it, or if it cannot be done here: samples are kept by an
/// extension, the login does not own them, or the server is PostgreSQL 14.0 to 14.3, whose indexes
/// made in this way can lack rows. What an attempt that was broken off left behind is removed
/// first. Blocks, for minutes perhaps, on a connection of its own; asks `is_stopping` ten times a
/// second and breaks off. Throws model::Unavailable, also when broken off.
std::optional<model::RebuiltMonth>
rebuild_month(const std::string& url, model::Instant now, const std::function<bool()>& is_stopping);

} // namespace insightd::storage
