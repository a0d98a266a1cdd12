#pragma once

#include "collectors/graph/client.hpp"
#include "collectors/graph/grant.hpp"
#include "config/config.hpp"
#include "config/secret.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace insightd::graph
{

class Transport;

/// The token endpoints of one kind of login. Failures never hold a secret.
/// Source: graph-api.md section 2.
class OAuth
{
public:
    OAuth(
        Transport& transport, const config::Api& api, config::Login login,
        config::Secret app_secret, Pause pause);

    /// The short-lived token for a code, which is good for one try.
    boost::asio::awaitable<Outcome<Grant>>
    exchange_code(config::Secret code, std::string redirect_uri);

    /// A token of about 60 days for a short-lived one, which lives an hour.
    boost::asio::awaitable<Outcome<Grant>> long_lived(config::Secret short_lived);

    /// The token that takes the place of a long-lived one, for 60 more days.
    boost::asio::awaitable<Outcome<Grant>> refreshed(config::Secret long_lived);

    /// Facebook: what the platform knows of a token.
    boost::asio::awaitable<Outcome<TokenReport>> inspect(config::Secret token);

private:
    using Parameters = std::vector<std::pair<std::string, std::string>>;

    /// Transient failures are tried three times in all.
    boost::asio::awaitable<Outcome<boost::json::value>>
    get(std::string base, std::string path, Parameters params);
    boost::asio::awaitable<Outcome<boost::json::value>>
    call(std::string url, std::optional<config::Secret> form, Parameters secrets);

    Transport& transport_;
    const config::Api& api_;
    config::Login login_;
    config::Secret app_secret_;
    Pause pause_;
};

} // namespace insightd::graph
