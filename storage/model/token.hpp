#pragma once

#include "storage/model/rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::model
{

/// What a token speaks for. Source: graph-api.md sections 1 and 2.
enum class TokenKind {
    instagram_user, ///< Instagram Login: lives 60 days, refreshed
    page,           ///< Facebook Login: of the account's Page; does not expire by itself
    facebook_user,  ///< Facebook Login: lives 60 days, exchanged anew
    system_user,    ///< Facebook: of a business; does not expire unless made so
};

/// The name under which a kind stands in the database, such as "instagram_user".
std::string_view to_string(TokenKind kind);

/// The reverse of to_string(); nothing for a name that is none.
std::optional<TokenKind> token_kind_named(std::string_view name);

/// What is known of a token beside the secret.
struct TokenFacts {
    AccountId account_id{};
    TokenKind kind{};
    std::vector<std::string> scopes;   ///< granted permissions; empty if the platform did not say
    Instant issued_at;                 ///< when the platform made it, as far as is known
    std::optional<Instant> expires_at; ///< nothing: never
    std::optional<Instant> data_access_expires_at; ///< Facebook: a person must log in again by then
    std::optional<Instant> refreshed_at;           ///< last successful refresh
    std::optional<Instant> next_refresh_at;        ///< nothing: it needs none

    bool operator==(const TokenFacts&) const = default;
};

/// A token as the database holds it: unreadable without the key.
struct SealedToken {
    TokenFacts facts;
    std::string key_id;        ///< which key opens it
    std::string box;           ///< nonce and ciphertext, bytes
    std::int64_t revision = 0; ///< another one with every replacement; 0: not stored yet

    bool operator==(const SealedToken&) const = default;
};

/// A key of the vault's as the database holds it: unreadable without the vault's key.
struct SealedKey {
    std::string key_id; ///< which key opens it
    std::string box;    ///< nonce and ciphertext, bytes

    bool operator==(const SealedKey&) const = default;
};

/// How an account's token is doing, wherever it is kept; for people. Never the token.
struct TokenState {
    AccountId account_id{};
    std::string source;                ///< vault, env, file, credential
    std::string state;                 ///< ok, expires_soon, refresh_failing, needs_login
    std::string reason;                ///< why it is not ok, in words; empty if it is
    std::string mend;                  ///< the command to run; empty if nothing is to be done
    std::int64_t refresh_failures = 0; ///< in a row
    Instant as_of;                     ///< when this was found, by the daemon's clock

    bool operator==(const TokenState&) const = default;
};

/// One row of the view `insights.token_status`, for `insightd token list`.
struct TokenStatus {
    std::string account;
    AccountId account_id{};
    std::optional<TokenFacts> facts; ///< nothing where no sealed token is known
    std::optional<TokenState> state; ///< nothing until a daemon looked
    std::string key_id;
};

} // namespace insightd::model
