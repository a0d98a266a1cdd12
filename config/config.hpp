#pragma once

#include "config/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::config
{

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

enum class Login { instagram, facebook };

/// One value for each kind of login: graph.instagram.com and graph.facebook.com differ.
struct HostUrls {
    std::string instagram;
    std::string facebook;
    bool operator==(const HostUrls&) const = default;
};

/// How the token travels. Query is what the API documents; the header keeps it out of proxies'
/// logs.
enum class TokenTransport { query, header };

/// An app of the platform, as logins and proofs need it.
struct App {
    std::string id;
    std::optional<SecretReference> secret;
    bool operator==(const App&) const = default;
};

struct Api {
    std::string version = "v24.0";
    HostUrls graph_url{"https://graph.instagram.com", "https://graph.facebook.com"};
    HostUrls login_url{"https://www.instagram.com", "https://www.facebook.com"}; ///< for browsers
    std::string code_url = "https://api.instagram.com"; ///< takes Instagram's codes; follows an
                                                        ///< overridden login_url.instagram
    TokenTransport token_transport = TokenTransport::query;
    App app;                          ///< the Meta app
    std::optional<App> instagram_app; ///< Instagram Login has an id and a secret of its own
    std::optional<std::filesystem::path> ca_file; ///< trusted beside the system's authorities
    std::size_t connections_per_host = 16;
    std::size_t calls_per_account = 4; ///< calls under way at once for one account
    std::size_t batch = 25; ///< calls in one request at most, where the host takes that; 0, 1: off
    std::int64_t reserve_percent = 0; ///< of the rate limits: left to other programs of the app
    std::chrono::seconds timeout{30}; ///< for each step: resolve, connect, handshake, answer
    bool operator==(const Api&) const = default;
};

/// A clock for simulations: virtual = start + (real − anchor) × speed. Refused off loopback.
struct ScaledClock {
    Instant anchor;
    Instant start;
    double speed = 1.0; ///< above 0
    bool operator==(const ScaledClock&) const = default;
};

/// The collectors of this version, in the order of the design's table.
enum class Collector {
    profile,
    media,
    media_insights,
    stories,
    account_insights,
    conversations,
    publishing_limit,
    competitors,
    live_media,
    tags,
    comments,
    mentions,
};

/// The app that logins of this kind go through.
const App& app_of(const Api& api, Login login);

std::string_view to_string(Collector collector);
std::string_view to_string(Login login);

/// Media younger than `until` are read every `every`; past the last tier never.
struct AgeTier {
    std::chrono::seconds until;
    std::chrono::seconds every;
    bool operator==(const AgeTier&) const = default;
};

/// How posts are read: when enough has changed, or by their age alone.
enum class Polling : std::uint8_t { adaptive, tiers };

struct Schedule {
    std::chrono::seconds profile{std::chrono::hours{1}};
    std::chrono::seconds media_list{std::chrono::minutes{15}};
    std::chrono::seconds stories{std::chrono::minutes{10}};
    std::chrono::seconds story_last_reading{std::chrono::minutes{15}}; ///< before a story's end
    std::chrono::seconds account_insights{std::chrono::hours{1}};
    std::chrono::seconds demographics{std::chrono::hours{24}};
    std::chrono::seconds conversations{std::chrono::minutes{15}};
    std::chrono::seconds publishing_limit{std::chrono::hours{1}};
    std::chrono::seconds competitors{std::chrono::hours{6}};
    std::chrono::seconds live_media{std::chrono::minutes{10}};  ///< while nothing is broadcast
    std::chrono::seconds live_viewers{std::chrono::minutes{1}}; ///< while something is
    std::chrono::seconds tags{std::chrono::hours{6}};
    std::chrono::seconds comments{std::chrono::minutes{15}};
    std::chrono::seconds mentions{std::chrono::hours{6}};
    Polling polling = Polling::adaptive;
    std::chrono::seconds freshness{std::chrono::minutes{30}}; ///< mean time that a change waits to
                                                              ///< be read, if polling is adaptive
    std::vector<AgeTier> media_insights{
        {std::chrono::hours{48}, std::chrono::minutes{15}},
        {std::chrono::days{7}, std::chrono::hours{1}},
        {std::chrono::days{60}, std::chrono::days{1}},
        {std::chrono::days{730}, std::chrono::days{7}},
    };
    bool operator==(const Schedule&) const = default;
};

/// How much of messages is kept.
enum class ConversationMode : std::uint8_t {
    off,
    metadata, ///< who wrote when, as keyed hashes; no text, name or URL
    text,     ///< what was written by whom as well, for a while
};

struct Conversations {
    ConversationMode mode = ConversationMode::off;
    bool urls = false; ///< of attachments, shares and stories; mode text only
    std::chrono::seconds keep_text{std::chrono::days{90}}; ///< after a message was written
    std::vector<std::string> with; ///< Instagram-scoped ids; empty: with everybody
    bool operator==(const Conversations&) const = default;
};

/// How much is kept of what others show and write in public.
struct PublicEdge {
    ConversationMode mode = ConversationMode::off;
    std::chrono::seconds keep_text{std::chrono::days{90}}; ///< after it was published
    bool operator==(const PublicEdge&) const = default;
};

/// Fetching the past, beside the live work.
struct Backfill {
    bool automatic = true;             ///< begins by itself for an account that has none yet
    std::int64_t calls_per_hour = 120; ///< its share, at most
    std::int64_t budget_percent = 50;  ///< it waits while more of the limit is used
    bool operator==(const Backfill&) const = default;
};

/// A metric that the catalogue does not know, switched on by its name.
struct TriedMetric {
    std::vector<std::string> products; ///< media: FEED, REELS, STORY; empty: all of them
    bool ask_alone = false;            ///< even once it was answered
    bool operator==(const TriedMetric&) const = default;
};

/// Metrics switched on or off against the catalogue's recommendation.
struct MetricOverrides {
    std::map<std::string, bool> media;
    std::map<std::string, bool> account;
    std::map<std::string, TriedMetric> tried_media;
    std::map<std::string, TriedMetric> tried_account;
    bool operator==(const MetricOverrides&) const = default;
};

struct Account {
    std::string name;
    Login login = Login::instagram;
    std::int64_t user_id{};
    std::optional<SecretReference> token; ///< where it is kept; nothing: sealed in the vault
    std::map<Collector, bool> collect;    ///< every collector of this version is a key
    Schedule schedule;
    MetricOverrides metrics;
    Conversations conversations;
    std::vector<std::string> competitors; ///< usernames, lower case
    PublicEdge tags, comments, mentions;
    Backfill backfill;
    std::string timezone = "UTC";
    std::chrono::seconds settling_margin{std::chrono::hours{2}}; ///< days are final this long after
                                                                 ///< the platform's 48 hours
    bool operator==(const Account&) const = default;
};

/// Where a browser comes back to after a login.
struct LoginListener {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9465;
    std::string redirect_uri; ///< as registered with the app; empty: http://address:port/
    bool operator==(const LoginListener&) const = default;
};

/// Where pages are served: metrics and health.
struct HttpListener {
    std::string address;
    std::uint16_t port = 0;
    bool operator==(const HttpListener&) const = default;
};

/// What a server shows of itself over TLS; read again when the files change.
struct Certificate {
    std::filesystem::path chain; ///< PEM: the server's certificate, then the intermediate ones
    std::filesystem::path key;   ///< PEM, without a passphrase
    bool operator==(const Certificate&) const = default;
};

/// Where the platform pushes what it has to tell.
struct Webhooks {
    SecretReference verify_token; ///< as entered in the App Dashboard
    std::string path = "/webhooks";
    std::optional<HttpListener> listener;         ///< nothing: beside the pages
    std::optional<Certificate> certificate;       ///< nothing: plain HTTP, for a proxy in front
    std::optional<SecretReference> former_secret; ///< of an app whose secret is being changed
    std::int64_t most_per_second = 2000;          ///< deliveries; more are refused
    bool operator==(const Webhooks&) const = default;
};

/// What waits on this machine's disk while the database is away: state_dir/spool.
struct Spool {
    std::int64_t max_bytes = std::int64_t{1} << 30;
    std::int64_t max_rows = 5'000'000;
    std::chrono::seconds patience{5}; ///< a database that answers later counts as away
    bool operator==(const Spool&) const = default;
};

/// What keeps the facts; automatic: what the database has.
enum class Engine : std::uint8_t { automatic, postgresql, timescaledb, citus };

/// How rows are kept, and what becomes of them.
struct Storage {
    Engine engine = Engine::automatic;
    std::optional<std::chrono::seconds> full_resolution; ///< older readings are thinned; nothing:
                                                         ///< every reading is kept for ever
    bool operator==(const Storage&) const = default;
};

/// Which lines the daemon's log has: these, and those that are worse.
enum class LogLevel : std::uint8_t { error, warning, info, debug };

/// The whole file, checked; defaults already folded into each account.
struct Config {
    bool embedded_database = false;
    std::string database_url; ///< libpq connection string; empty when embedded
    std::filesystem::path state_dir = "/var/lib/insightd";
    Api api;
    Spool spool;
    Storage storage;
    std::optional<SecretReference> vault_key; ///< nothing: state_dir/vault.key, made at first use
    LoginListener login;
    std::optional<HttpListener> http;
    std::optional<Webhooks> webhooks;
    std::optional<ScaledClock> clock;
    LogLevel log_level = LogLevel::info;
    std::vector<Account> accounts;
};

} // namespace insightd::config
