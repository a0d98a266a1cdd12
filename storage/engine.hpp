#pragma once

#include "config/config.hpp"
#include "storage/model/writer.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

/// What keeps the facts: PostgreSQL itself, or an extension of it: deploy/docs/engines.md.
namespace insightd::storage
{

/// The configuration and the database do not agree, and only a person can mend it.
struct EngineTrouble : model::Unavailable {
    using model::Unavailable::Unavailable;
};

struct EngineWish {
    config::Engine engine = config::Engine::automatic;
    bool converts = false; ///< tables that are there already may be turned into an extension's own
};

/// What there is.
struct EngineSituation {
    std::set<std::string> extensions; ///< of the database
    std::string applied;              ///< the extension that keeps the facts; empty: none
    bool is_new = false;              ///< there were no tables before
};

/// The extension that is to keep the facts; empty: none. Pure. Throws EngineTrouble.
std::string chosen_engine(const EngineWish& wish, const EngineSituation& situation);

/// SQL by extension, embedded from storage/engines.
const std::map<std::string, std::string_view>& engine_files();

} // namespace insightd::storage
