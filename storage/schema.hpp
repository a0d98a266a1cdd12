#pragma once

#include "storage/migrations.hpp"

#include <pqxx/pqxx>

/// What migrations.hpp offers, over a connection that is there: who watches it can break it off.
namespace insightd::storage
{

MigrationReport migrate(pqxx::connection& connection, bool dry_run, const EngineWish& wish = {});

void require_newest_schema(pqxx::connection& connection);

} // namespace insightd::storage
