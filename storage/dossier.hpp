#pragma once

#include "storage/model/dossier.hpp"

#include <pqxx/pqxx>

#include <optional>
#include <string>

namespace insightd::storage
{

/// What is known of the target: an account by name, user name or id; a post or story by id, short
/// code or permalink. Nothing if none is known by it.
std::optional<model::Dossier> read_dossier(pqxx::transaction_base& tx, const std::string& target);

} // namespace insightd::storage
