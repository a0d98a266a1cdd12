#pragma once

#include "tests/sandbox/world.hpp"

#include <string>
#include <vector>

/// What users grant. Source: graph-api.md section 1.
namespace insightd::sandbox
{

using Scopes = std::vector<std::string>;

/// Every scope that the host's login window knows.
const Scopes& known_scopes(Host host);

/// "a,b" or "a b", in this order.
Scopes scopes_in(const std::string& text);

/// "a,b"
std::string text_of(const Scopes& scopes);

bool contains(const Scopes& scopes, const std::string& scope);

/// Stands for asking for others by their names, which is no edge of its own.
inline const std::string discovery_edge = "business_discovery";

/// The first one that reading this edge needs and that is not there; empty if none is missing.
std::string missing_scope(Host host, const std::string& edge, const Scopes& granted);

} // namespace insightd::sandbox
