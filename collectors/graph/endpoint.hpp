#pragma once

#include "collectors/graph/failure.hpp"

#include <string>

namespace insightd::graph
{

/// Where a URL points, and what to ask there.
struct Endpoint {
    bool tls = false;
    std::string host; ///< name or address, IPv6 without brackets
    std::string port;
    std::string target; ///< path and query, as sent

    /// Connections to the same pool key are interchangeable.
    std::string key() const { return (tls ? "https://" : "http://") + host + ":" + port; }
};

/// Takes an absolute URL apart. Plain HTTP is refused unless the host is loopback: a token would
/// travel in the open.
Outcome<Endpoint> endpoint_of(const std::string& url);

/// 127.0.0.0/8, ::1 and localhost.
bool is_loopback(const std::string& host);

} // namespace insightd::graph
