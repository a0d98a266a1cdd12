#include "collectors/graph/batch.hpp"

#include "collectors/graph/answer.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

struct Header {
    std::string_view name;
    std::string HttpReply::*place;
};

constexpr std::array headers{
    Header{"x-app-usage", &HttpReply::app_usage},
    Header{"x-business-use-case-usage", &HttpReply::business_usage},
    Header{"facebook-api-version", &HttpReply::api_version},
    Header{"retry-after", &HttpReply::retry_after},
    Header{"date", &HttpReply::date},
};

Failure failure(FailureClass kind, std::string message)
{
    Failure failure;
    failure.kind = kind;
    failure.message = std::move(message);
    return failure;
}

std::string_view text_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

void take_header(const json::value& line, HttpReply& reply)
{
    const auto* object = line.if_object();
    if (object == nullptr)
        return;
    const auto name = text_at(*object, "name");
    for (const auto& header : headers)
        if (boost::beast::iequals(
                {name.data(), name.size()}, {header.name.data(), header.name.size()}))
            reply.*header.place = text_at(*object, "value");
}

/// 0 where there is none that can be one.
int status_of(const json::object& member)
{
    const auto* code = member.if_contains("code");
    const auto* number = code != nullptr ? code->if_int64() : nullptr;
    const bool is_status = number != nullptr && *number >= 0 && *number < 1000;
    return is_status ? static_cast<int>(*number) : 0;
}

/// The text that the member would have been answered by itself.
std::string body_in(const json::object& member)
{
    const auto* body = member.if_contains("body");
    if (body == nullptr || body->is_null())
        return {};
    return body->is_string() ? std::string{text_at(member, "body")} : json::serialize(*body);
}

Outcome<HttpReply> member_of(const json::value& value, const HttpReply& whole)
{
    if (value.is_null())
        return failure(FailureClass::transient, "a call that its batch did not finish");
    const auto* member = value.if_object();
    if (member == nullptr || status_of(*member) == 0)
        return failure(FailureClass::malformed, "a member of a batch without a status");
    auto reply = whole;
    reply.status = status_of(*member);
    reply.body = body_in(*member);
    const auto* lines = member->if_contains("headers");
    if (const auto* list = lines != nullptr ? lines->if_array() : nullptr)
        for (const auto& line : *list)
            take_header(line, reply);
    return reply;
}

HttpReply without_body(const HttpReply& answer)
{
    auto reply = answer;
    reply.body.clear();
    return reply;
}

/// Nobody knows what these are about.
bool is_vague(FailureClass kind)
{
    return kind == FailureClass::unknown_error || kind == FailureClass::malformed;
}

/// What a call by itself would have met as well.
constexpr std::array of_any_call{
    FailureClass::unreachable,   FailureClass::transient,         FailureClass::held_back,
    FailureClass::app_throttled, FailureClass::account_throttled, FailureClass::needs_login,
    FailureClass::blocked,
};

} // namespace

std::string batch_of(const std::vector<std::string>& relative_urls)
{
    json::array members;
    for (const auto& url : relative_urls)
        members.push_back(json::object{{"method", "GET"}, {"relative_url", url}});
    return json::serialize(members);
}

Outcome<std::vector<Outcome<HttpReply>>> members_of(const HttpReply& answer, std::size_t count)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* list = body->if_array();
    if (list == nullptr || list->size() != count)
        return failure(
            FailureClass::bad_request, "an answer to a batch that is no list of answers");
    const auto whole = without_body(answer);
    std::vector<Outcome<HttpReply>> members;
    for (const auto& value : *list)
        members.push_back(member_of(value, whole));
    return members;
}

bool is_of_batches(const Failure& whole)
{
    return !is_vague(whole.kind) && std::ranges::find(of_any_call, whole.kind) == of_any_call.end();
}

Failure failure_of_each(Failure whole)
{
    if (is_vague(whole.kind))
        whole.kind = FailureClass::transient;
    return whole;
}

} // namespace insightd::graph
