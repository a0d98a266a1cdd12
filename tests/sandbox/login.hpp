#pragma once

#include "tests/sandbox/api.hpp"

/// The login windows and the edges of tokens. Source: graph-api.md section 2.
namespace insightd::sandbox
{

/// One request, and what it may look at or change.
struct Visit {
    const World& world;
    TokenOffice& office;
    const Apps& apps;
    const Faults& faults;
    std::mt19937_64& dice;
    const Request& request;
    Instant now;
};

/// The answer of a window or an edge of tokens; nothing if the path is none of theirs.
std::optional<Response> login_answer(const Visit& visit);

// ---- what is behind the paths ----------------------------------------------------------------

Response authorize_instagram(const Visit& visit);
Response authorize_facebook(const Visit& visit);
Response code_exchange_instagram(const Visit& visit);
Response long_lived_instagram(const Visit& visit);
Response refresh_instagram(const Visit& visit);
Response access_token_facebook(const Visit& visit); ///< of a code, or of another token
Response debug_token(const Visit& visit);

// ---- who may ask -----------------------------------------------------------------------------

struct Admission {
    const Token* token = nullptr;
    std::optional<Response> refused; ///< 190: unknown, expired, revoked
};
Admission admit(const Visit& visit, const std::string& text);

/// Why the token is dead, in the platform's words.
std::string words_of_death(const Visit& visit, const Token& token, int subcode);

/// On the Facebook host: the proof is wrong, or missing where the app demands it.
std::optional<Response> refuse_proof(const Visit& visit, const Token& token);

/// The error body of the Instagram login host.
Response login_refusal(const std::string& message);

// ---- who they are, on the Facebook host -------------------------------------------------------

/// /me, /me/accounts and the nodes of the token's Pages; nothing for other nodes.
std::optional<Response> person_or_page(
    const Visit& visit, const Token& token, const std::string& node, const std::string& edge);

} // namespace insightd::sandbox
