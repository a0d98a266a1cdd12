#include "collectors/graph/grant.hpp"
#include "tests/fuzz/answer.hpp"

#include <boost/json/array.hpp>

#include <cstdlib>

// What the token endpoints answer.

namespace insightd::fuzz
{

void decode(const boost::json::value& body)
{
    const auto grant = graph::decode_grant(body);
    if (grant && grant->token.empty())
        std::abort();
    (void)graph::decode_token_report(body);
    (void)graph::decode_page(body);
}

} // namespace insightd::fuzz
