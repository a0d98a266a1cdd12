#pragma once

#include "tests/sandbox/world.hpp"

#include <string>
#include <vector>

/// The apps that users log in to, and how they go about it.
namespace insightd::sandbox
{

/// As its dashboard shows it.
struct App {
    std::string id;
    std::string secret;
};

struct Apps {
    App instagram{"990602627938098", "sandbox-app-secret-instagram"};
    App facebook{"1045000000000001", "sandbox-app-secret-facebook"};

    const App& of(Host host) const { return host == Host::instagram ? instagram : facebook; }
};

/// The user consents at once, and answers have their documented shape, unless these say otherwise.
struct LoginSwitches {
    std::string logs_in;                    ///< username; the first of the host if empty
    bool cancels = false;                   ///< "The user denied your request"
    std::vector<std::string> withheld;      ///< scopes that the user unticks
    std::vector<std::string> redirect_uris; ///< registered ones; any on loopback if empty

    bool flat_answers = false;       ///< code exchange of Instagram without `data`, with numbers
    bool same_string = false;        ///< a refresh prolongs the token instead of making another
    bool silent_permissions = false; ///< a refresh answers without `permissions`
    bool silent_expiry = false;      ///< fb_exchange_token answers without `expires_in`
    bool ids_as_numbers = false;     ///< in debug_token

    bool all_pages = false;         ///< each person manages the Pages of every Facebook account
    bool pages_of_business = false; ///< /me/accounts is empty without business_management
    bool requires_proof = false;    ///< the Facebook app demands appsecret_proof
};

} // namespace insightd::sandbox
