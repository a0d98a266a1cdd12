#include "tests/sandbox/login.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

// Several calls in one request. Source: graph-api.md section 9. Nobody documents in which words a
// batch is refused as a whole: these are the sandbox's own.
namespace insightd::sandbox
{
namespace
{

constexpr std::size_t most_members = 50;

Response refuse(const std::string& message)
{
    return refusal(Host::facebook, 100, std::nullopt, message);
}

std::string token_of(const Request& batch)
{
    return batch.bearer.empty() ? batch.field("access_token") : batch.bearer;
}

/// The request that carries the token where the gate looks for it.
Request with_secrets(Request request, const Request& batch)
{
    request.params["access_token"] = token_of(batch);
    if (const auto proof = batch.field("appsecret_proof"); !proof.empty())
        request.params["appsecret_proof"] = proof;
    return request;
}

std::string text_at(const json::value& member, std::string_view name)
{
    const auto* object = member.if_object();
    const auto* value = object != nullptr ? object->if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string{value->get_string().c_str()} : "";
}

/// The members, or why they are none: a call that reads, below the host, without a token of its
/// own.
std::optional<Response> refuse_members(const json::value& batch)
{
    const auto* members = batch.if_array();
    if (members == nullptr || members->empty())
        return refuse("(#100) batch must be a list of calls");
    if (members->size() > most_members)
        return refuse("(#100) Too many requests in batch message. Maximum batch size is 50");
    for (const auto& member : *members) {
        const auto url = text_at(member, "relative_url");
        if (text_at(member, "method") != "GET" || url.empty() || url.front() == '/')
            return refuse("(#100) a member needs method GET and a relative_url");
        if (url.find("access_token") != std::string::npos)
            return refuse("(#100) a token has no place in a relative_url");
    }
    return std::nullopt;
}

Request member_of(const Request& batch, const json::value& member)
{
    const auto url = text_at(member, "relative_url");
    const auto mark = std::min(url.find('?'), url.size());
    Request request;
    request.host = batch.host;
    request.path = "/" + unescaped(url.substr(0, mark));
    request.params = url_encoded_fields(url.substr(std::min(mark + 1, url.size())));
    request.port = batch.port;
    request.connection = batch.connection;
    request.turn = batch.turn;
    return with_secrets(std::move(request), batch);
}

json::object line_of(const Response& response, bool with_headers)
{
    json::object line{{"code", response.status}, {"body", response.body}};
    if (!with_headers)
        return line;
    json::array headers;
    for (const auto& [name, value] : response.headers)
        headers.push_back(json::object{{"name", name}, {"value", value}});
    line["headers"] = std::move(headers);
    return line;
}

} // namespace

bool Api::takes_as_batch(const Request& request) const
{
    return request.host == Host::facebook && request.method == "POST" &&
           path_of(request).parts.empty() && !faults_.batches.unknown;
}

std::optional<Response> Api::refuse_batch(const Request& batch, Instant now)
{
    const auto request = with_secrets(batch, batch);
    const Visit visit{world_, tokens_, apps_, faults_, dice_, request, now};
    const auto admission = admit(visit, request.token());
    if (admission.refused)
        return admission.refused;
    if (auto refused = refuse_proof(visit, *admission.token))
        return refused;
    boost::system::error_code error;
    const auto members = json::parse(batch.field("batch"), error);
    return error ? refuse("(#100) batch is no JSON") : refuse_members(members);
}

/// The members were sent together: only the last counts as one that knew what its connection had
/// answered before.
Response Api::batch_answer(const Request& batch, Instant now)
{
    if (faults_.html)
        return bad_gateway();
    if (auto refused = refuse_batch(batch, now))
        return *refused;
    const auto members = json::parse(batch.field("batch")).as_array();
    Response whole;
    json::array lines;
    for (const auto& member : members) {
        if (hits(faults_.batches.unfinished)) {
            lines.emplace_back(nullptr);
            continue;
        }
        auto request = member_of(batch, member);
        request.is_among_others = &member != &members.back();
        const auto response = call_answer(request, now);
        whole.headers = response.headers;
        lines.push_back(line_of(response, batch.field("include_headers") != "false"));
    }
    whole.headers.erase("content-type");
    whole.body = json::serialize(lines);
    return cut(std::move(whole));
}

} // namespace insightd::sandbox
