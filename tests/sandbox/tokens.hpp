#pragma once

#include "tests/sandbox/scopes.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/// What the platform remembers of logins. Source: graph-api.md section 2.
namespace insightd::sandbox
{

constexpr std::chrono::seconds life_of_code{3'600};
constexpr std::chrono::seconds life_of_long_lived{5'183'944}; ///< 60 days
constexpr std::chrono::days life_of_data_access{90};          ///< on the Facebook host, per login
constexpr std::chrono::hours youngest_to_refresh{24};

/// Why a token is dead: subcodes of code 190. Source: graph-api.md section 8.
namespace death
{
constexpr int app_removed = 458;
constexpr int checkpoint = 459;
constexpr int password_changed = 460;
constexpr int expired = 463;
constexpr int unconfirmed_user = 464;
constexpr int invalid = 467;
constexpr int no_role_on_page = 492;
} // namespace death

enum class TokenKind {
    fixed,       ///< AccountSpec::token: never expires, may do everything
    short_lived, ///< an hour or a little more
    long_lived,
    page,        ///< never expires, if it was made from one that lives long
    system_user, ///< never expires
};

struct Token {
    std::string text;
    std::size_t account = 0; ///< index of the one who logged in
    Host host{};
    TokenKind kind{};
    Scopes scopes;
    Instant issued_at;
    std::optional<Instant> expires_at; ///< nothing: never
    Instant logged_in_at;              ///< data access ends 90 days after it
    std::int64_t page = 0;             ///< of a page token
    std::optional<int> revoked;        ///< subcode
};

/// Its subcode if it is dead at `now`.
std::optional<int> death_of(const Token& token, Instant now);

/// What an authorization code stands for.
struct Code {
    std::size_t account = 0;
    Host host{};
    Scopes scopes;
    std::string redirect_uri;
    Instant issued_at;
    bool used = false;
};

enum class CodeFlaw { none, unknown, used, expired, other_redirect };

/// Issues codes and tokens, and takes them back. Strings follow from the seed and from the order
/// of events; all contain "sandboxtoken" or "sandboxcode", so that tests can look for leaks.
/// Time never goes back.
class TokenOffice
{
public:
    explicit TokenOffice(const World& world);

    // ---- what tests and switches use ----------------------------------------------------------

    /// As a login, or the App Dashboard, would. The reference stays good.
    const Token& issue(std::size_t account, TokenKind kind, Scopes scopes, Instant now);
    /// Every token of the account that there is, its Page's too, dies at once; later ones live.
    void revoke(std::size_t account, int subcode);
    /// The same at an instant to come.
    void revoke_at(std::size_t account, int subcode, Instant at);
    /// nullptr if there never was such a token; a dead one is found, see death_of.
    const Token* find(const std::string& text, Instant now);

    // ---- what the edges use -------------------------------------------------------------------

    std::string open_code(Code code);
    /// Uses the code up, if it has no flaw.
    std::pair<CodeFlaw, Code>
    redeem(Host host, const std::string& text, const std::string& redirect_uri, Instant now);
    /// Another token of the same user: long-lived, or a system user's with the given expiry.
    const Token& exchange(const Token& old, std::optional<Instant> expires_at, Instant now);
    /// The same string for another 60 days.
    const Token& prolong(const Token& token, Instant now);
    /// The same string for the same user token.
    const Token& page_token(const Token& user, std::int64_t page, Instant now);

private:
    struct Revocation {
        std::size_t account = 0;
        int subcode = 0;
    };

    const Token& keep(Token token);
    std::string marked(const std::string& begin);
    void settle(Instant now);

    const World& world_;
    std::mt19937_64 random_;
    std::int64_t issued_ = 0;
    std::unordered_map<std::string, Token> tokens_;
    std::unordered_map<std::string, Code> codes_;
    std::map<std::pair<std::string, std::int64_t>, std::string> page_tokens_;
    std::multimap<Instant, Revocation> revocations_; ///< still to come
};

} // namespace insightd::sandbox
