#pragma once

#include "tests/sandbox/apps.hpp"
#include "tests/sandbox/form.hpp"
#include "tests/sandbox/limits.hpp"
#include "tests/sandbox/tokens.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The Graph API over a World: pure, strict, without a network. Source: graph-api.md.
namespace insightd::sandbox
{

namespace json = boost::json;

struct Request {
    Host host{};
    std::string method = "GET";
    std::string path; ///< "/v24.0/17841400000000001/media"
    Params params;    ///< of the query
    Params form{};    ///< of a POST body
    std::string bearer{};
    std::uint16_t port = 0; ///< that it came to: tells callers apart, where each has a server's own
    std::uint64_t connection = 0; ///< that it came over: no two have the same; 0: not known
    std::uint64_t turn = 0;       ///< of its connection, from 1; members of a batch share theirs
    bool is_among_others = false; ///< sent before the members ahead of it were answered

    std::string param(const std::string& name) const;
    std::string field(const std::string& name) const; ///< of the form
    std::string token() const;                        ///< the bearer, else `access_token`
};

/// "/v24.0/me/accounts"
struct Path {
    bool has_version = false;
    std::vector<std::string> parts; ///< "me", "accounts"
};
Path path_of(const Request& request);

struct Response {
    int status = 200;
    std::string body;
    std::map<std::string, std::string> headers;
};

/// How many days back /<user>/insights serves; nobody documents it.
struct DayLimits {
    std::optional<int> series; ///< days of the series of reach; nothing: without end
    std::optional<int> totals; ///< days of total_value windows
    bool silent = false;       ///< answers nothing for older ones, instead of an error
    int follower_count = 30;   ///< days, the one limit that is known: always an error
};

/// A metric that the API stops serving, and how it says so.
struct Withdrawal {
    enum class Way {
        listed,       ///< "metric[1] must be one of the following values: …", without it
        missing,      ///< its entry is missing from the answer
        all_blank,    ///< the whole answer is `"data": []`
        unknown_error ///< code 1, "An unknown error has occurred."
    };

    std::string metric;
    Way way{};
    bool of_media = true;       ///< else of accounts
    std::optional<Host> host{}; ///< nothing: both
};

/// What goes wrong with several calls in one request.
struct BatchFaults {
    bool unknown = false;  ///< the host knows no batches
    double unfinished = 0; ///< share of members that are not asked: null
};

/// What goes wrong with messages, and how the platform tells them.
struct MessageFaults {
    bool unix_times = false;        ///< times are numbers
    bool refuses_expansion = false; ///< `messages{…}` is an error
    bool throttled = false;         ///< their limit is used up (80006)
    bool fails = false;             ///< their calls are answered by HTTP 500
};

/// What goes wrong with asking for others by their names.
struct DiscoveryFaults {
    std::vector<std::string> personal;  ///< accounts that are none to the platform
    std::vector<std::string> age_gated; ///< of whom nothing is told
    std::vector<std::string> hides_likes;
    bool no_views = false;  ///< a version without `view_count`
    bool throttled = false; ///< its limit is used up (613)
    bool fails = false;     ///< HTTP 500
};

/// Calls for conversations and messages: two a second for each account.
struct MessageCalls {
    std::map<std::size_t, std::deque<Instant>> recent; ///< by account
    std::int64_t total = 0;
    std::int64_t too_many = 0; ///< refused, for they came too fast
};

/// What goes wrong on demand.
struct Faults {
    double errors = 0;           ///< share of calls answered by HTTP 500, 0 to 1
    double random_errors = 0;    ///< the same, but at random instead of every n-th
    double gone_in_disguise = 0; ///< share of a post's insights calls answered by 100/33
    bool hangs_up = false;       ///< connections end without an answer
    double refresh_errors = 0;   ///< the same of those that exchange or refresh a token
    std::string dead_token_of;   ///< username whose token is expired (190/463)
    std::string throttled;       ///< username that is over its limit (80002)
    bool html = false;           ///< every answer is an HTML page with status 502
    bool truncated = false;      ///< bodies end in the middle
    bool cursor_loop = false;    ///< the media list never ends
    std::size_t most_rows = 100; ///< a larger `limit` is "too much data"
    bool empty_series = false;   ///< series without a point
    int series_leaves_out = 0;   ///< every how many days one is not in the series
    bool moved_days = false;     ///< days end where those of the other kind end
    LoginSwitches login{};       ///< who logs in, and how
    DayLimits days{};
    std::optional<int> usage; ///< percent of the limit; nothing: a share of 50,000 calls a day
    CallLimits limits{};
    std::vector<Withdrawal> withdrawn{};
    std::vector<std::string> new_media_metrics{}; ///< served beside the documented ones
    BatchFaults batches{};
    MessageFaults messages{};
    std::vector<std::string> forbidden_edges{};  ///< that need another permission
    std::vector<std::int64_t> forbidden_media{}; ///< whose insights need another permission
    bool no_live_viewers = false;                ///< a version before current_live_viewer_count
    DiscoveryFaults discovery{};
};

struct Visit; // login.hpp

class Api
{
public:
    Api(const World& world, Faults& faults, Apps apps = {});

    Response answer(const Request& request, Instant now);
    bool hangs_up() const { return faults_.hangs_up; }

    std::int64_t calls() const { return calls_; }       ///< members of batches are one each
    std::int64_t requests() const { return requests_; } ///< a batch is one
    /// What the account's token was used for on the UTC day of its last call.
    std::int64_t calls_of(std::size_t account) const;

    /// Called with the answer to every call, just before it is sent.
    using Watch = std::function<void(const Request&, const Response&, Instant)>;
    void watch(Watch watch) { watch_ = std::move(watch); }

    const CallCounters& counters() const { return counters_; } ///< of the limits that are set
    const MessageCalls& message_calls() const { return message_calls_; }

    TokenOffice& tokens() { return tokens_; }
    const Apps& apps() const { return apps_; }

private:
    // batch.cpp
    bool takes_as_batch(const Request& request) const;
    std::optional<Response> refuse_batch(const Request& batch, Instant now);
    Response batch_answer(const Request& batch, Instant now);

    Response call_answer(const Request& request, Instant now);
    static Response bad_gateway();
    Response cut(Response response) const;
    Response faulty(const Request& request, Instant now);
    Response checked(const Request& request, Instant now);
    Response with_token(
        const Visit& visit, const Token& token, const std::string& node, const std::string& edge);
    std::optional<Response>
    refuse_too_many(const Visit& visit, std::size_t account, bool counts_for_account);
    void add_usage(Response& response, Host host, std::size_t account, Instant now);
    int percent_used(std::size_t account, Instant now);

    const World& world_;
    Faults& faults_;
    Apps apps_;
    TokenOffice tokens_;
    Watch watch_;
    bool hits(double share); ///< at random, from the seed

    std::mt19937_64 dice_;       ///< for refresh_errors
    std::mt19937_64 fault_dice_; ///< for the other shares
    std::int64_t calls_ = 0;
    std::int64_t requests_ = 0;
    std::map<std::size_t, std::pair<std::int64_t, std::int64_t>> used_; ///< account: day, calls
    CallCounters counters_;
    MessageCalls message_calls_;
};

// ---- parts of the API, one file each ---------------------------------------------------------

/// Who asks, for what, when.
struct Call {
    const World& world;
    const Request& request;
    std::size_t account; ///< whose nodes are read
    Instant now;
    const Faults& faults;
};

Response user_node(const Call& call);
Response media_list(const Call& call);
Response story_list(const Call& call);
Response media_node(const Call& call, const Media& media);
Response media_children(const Call& call, const Media& media);
Response media_insights(const Call& call, const Media& media);
Response user_insights(const Call& call);
Response publishing_limit(const Call& call);
Response live_media(const Call& call);

/// A refusal with the documented body of the host.
Response refusal(
    Host host, int code, std::optional<int> subcode, const std::string& message, int status = 400);
Response gone(Host host, const std::string& id);
Response answer_of(const json::value& body);

/// "2022-07-12T19:11:07+0000"
std::string timestamp(Instant instant);

/// Bodies of nodes, made of the fields that are asked for; a refusal for a field that is none.
struct NodeOutcome {
    json::object node;
    std::optional<Response> refused;
};
NodeOutcome
media_fields(const Call& call, const Media& media, const std::vector<std::string>& fields);

/// Whether the call asks for another account by its name; such calls do not count for the account.
bool asks_for_another(const Request& request);

/// "business_discovery.username(name){…}" as that account, or why not.
NodeOutcome discovery(const Call& call, const std::string& field);

} // namespace insightd::sandbox
