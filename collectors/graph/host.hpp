#pragma once

#include "config/config.hpp"

#include <string>

namespace insightd::graph
{

/// How the Graph hosts differ, as far as a client has to know.
struct HostTraits {
    std::string config::HostUrls::*url; ///< where it is
    bool takes_proof;                   ///< appsecret_proof
    bool takes_batches;                 ///< several calls in one request
};

/// The one table of hosts. Source: graph-api.md sections 1 and 9; batches on graph.instagram.com
/// are not documented.
const HostTraits& traits_of(config::Login login);

} // namespace insightd::graph
