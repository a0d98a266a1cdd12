#pragma once

#include "collectors/graph/authorize.hpp"
#include "collectors/graph/oauth.hpp"
#include "collectors/graph/redirect.hpp"
#include "daemon/clock.hpp"
#include "storage/database.hpp"
#include "storage/model/token.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace insightd::graph
{
class Transport;
}

/// From a code or a token that came from outside to a sealed row, or one line saying why not.
namespace insightd::daemon
{

struct LoginServices {
    const config::Config& config;
    const Clock& clock;
    graph::Transport& transport;
    storage::Database& database;
    graph::Pause pause;
};

/// 128 random bits as hex: what comes back with a redirect that is ours.
std::string random_state();

/// The code of a redirect that answers our question. A failure of kind needs_login if the person
/// cancelled, if the state is not ours, or if there is no code; the message says which. A bare code
/// has no state: `state_may_lack` accepts it where a person pasted it.
graph::Outcome<config::Secret>
code_of(const graph::Redirect& redirect, const std::string& state, bool state_may_lack);

/// Who has logged in, and what is sealed of it.
struct LoggedIn {
    std::string username;
    model::TokenFacts facts;
};

/// Code → short-lived → long-lived, for Facebook → the Page's token; checks that it is the
/// account's own and that its collectors have what they need; seals it. Failures: misconfigured for
/// another account's login, no_permission for permissions that were not granted.
/// Throws vault::KeyTrouble and model::Unavailable.
boost::asio::awaitable<graph::Outcome<LoggedIn>> finish_login(
    LoginServices services, const config::Account& account, config::Secret code,
    std::string redirect_uri);

/// The same for a token that was made elsewhere, such as in the App Dashboard.
boost::asio::awaitable<graph::Outcome<LoggedIn>>
adopt_token(LoginServices services, const config::Account& account, config::Secret token);

/// A Page of the person, with the account that is linked to it.
struct Discovered {
    graph::Page page;
    model::TokenFacts facts; ///< of the Page's token; account_id 0 if no account is linked
};

/// Every Page that a Facebook user token may act for. Source: graph-api.md section 2.2.
boost::asio::awaitable<graph::Outcome<std::vector<Discovered>>>
discover_pages(LoginServices services, config::Secret user_token);

/// The long-lived user token for a Facebook code.
boost::asio::awaitable<graph::Outcome<config::Secret>>
facebook_user_token(LoginServices services, config::Secret code, std::string redirect_uri);

/// Seals a token in the vault, in the place of any that is there.
boost::asio::awaitable<void>
store_token(LoginServices services, config::Secret token, model::TokenFacts facts);

} // namespace insightd::daemon
