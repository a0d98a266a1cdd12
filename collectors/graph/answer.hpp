#pragma once

#include "collectors/graph/failure.hpp"
#include "config/secret.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace insightd::graph
{

struct HttpReply;

/// The decoded body of an answer without an error in it, else the failure: the body first, the
/// status second. Nesting is bounded. Source: graph-api.md section 2.1, "Error bodies".
Outcome<boost::json::value> body_of(const HttpReply& answer);

/// The platform may quote what it was sent; a secret must not come back in a message.
void erase_secret(std::string& text, const config::Secret& secret);

} // namespace insightd::graph
