#pragma once

#include "tests/sandbox/world.hpp"

#include <boost/json/object.hpp>

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
    std::map<std::string, std::string> params;
    std::string bearer;

    std::string param(const std::string& name) const;
};

struct Response {
    int status = 200;
    std::string body;
    std::map<std::string, std::string> headers;
};

/// What goes wrong on demand.
struct Faults {
    double errors = 0;           ///< share of calls answered by HTTP 500, 0 to 1
    std::string dead_token_of;   ///< username whose token is expired (190/463)
    std::string throttled;       ///< username that is over its limit (80002)
    bool html = false;           ///< every answer is an HTML page with status 502
    bool truncated = false;      ///< bodies end in the middle
    bool cursor_loop = false;    ///< the media list never ends
    std::size_t most_rows = 100; ///< a larger `limit` is "too much data"
};

class Api
{
public:
    Api(const World& world, Faults& faults) : world_{world}, faults_{faults} {}

    Response answer(const Request& request, Instant now);

    std::int64_t calls() const { return calls_; }
    /// What the account's token was used for on the UTC day of its last call.
    std::int64_t calls_of(std::size_t account) const;

private:
    Response checked(const Request& request, Instant now);
    void add_usage(Response& response, std::size_t account, Instant now);

    const World& world_;
    Faults& faults_;
    std::int64_t calls_ = 0;
    std::map<std::size_t, std::pair<std::int64_t, std::int64_t>> used_; ///< account: day, calls
};

// ---- parts of the API, one file each ---------------------------------------------------------

/// Who asks, for what, when.
struct Call {
    const World& world;
    const Request& request;
    std::size_t account; ///< whose token it is
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

/// A refusal with the documented body of the host.
Response refusal(
    Host host, int code, std::optional<int> subcode, const std::string& message, int status = 400);
Response gone(Host host, const std::string& id);
Response answer_of(const json::value& body);

/// "2022-07-12T19:11:07+0000"
std::string timestamp(Instant instant);

/// "a,b{c,d},e" as "a", "b{c,d}", "e"
std::vector<std::string> split_fields(const std::string& text);

/// Bodies of nodes, made of the fields that are asked for; a refusal for a field that is none.
struct NodeOutcome {
    json::object node;
    std::optional<Response> refused;
};
NodeOutcome
media_fields(const Call& call, const Media& media, const std::vector<std::string>& fields);

} // namespace insightd::sandbox
