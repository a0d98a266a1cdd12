#pragma once

#include "storage/engine.hpp"

#include <pqxx/pqxx>

#include <string>

namespace insightd::storage
{

/// The extension that keeps the facts now; empty: none.
std::string engine_of(pqxx::transaction_base& tx);

/// When it is that the engine is seen to.
struct EngineOccasion {
    bool is_new = false;      ///< there were no tables before
    bool has_changed = false; ///< migrations were made now
    bool dry_run = false;
};

/// After the migrations: the chosen extension's file is run where it is due, in one transaction.
/// Returns the extension if that was done, or, in a dry run, would be. Throws EngineTrouble.
std::string
see_to_engine(pqxx::connection& connection, const EngineWish& wish, const EngineOccasion& occasion);

} // namespace insightd::storage
