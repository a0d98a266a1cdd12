#include "collectors/graph/answer.hpp"

#include "collectors/graph/transport.hpp"
#include "collectors/graph/url.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

constexpr std::size_t deepest_json = 32;

std::string text_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string().c_str()}
                                                  : std::string{};
}

int decimal(std::string_view text)
{
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size() ? value : 0;
}

/// 0 where there is none: no code of the platform. Codes come as decimal strings as well.
int number_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    const auto* number = value != nullptr ? value->if_int64() : nullptr;
    if (number != nullptr)
        return std::in_range<int>(*number) ? static_cast<int>(*number) : 0;
    return decimal(text_at(object, name));
}

bool flag_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

/// What the platform says to people, where `message` alone says little ("Invalid parameter").
std::string words_of(const json::object& error)
{
    auto words = text_at(error, "message");
    for (const auto* name : {"error_user_title", "error_user_msg"}) {
        const auto more = text_at(error, name);
        if (!more.empty() && words.find(more) == std::string::npos)
            words += (words.empty() ? "" : ": ") + more;
    }
    return words;
}

/// The failure in a body of either shape; nothing if it holds none.
/// Source: graph-api.md section 2.1, "Error bodies".
std::optional<Failure> failure_in(const json::value& body, int status)
{
    const auto* object = body.if_object();
    if (object == nullptr)
        return std::nullopt;
    Failure failure;
    failure.http_status = status;
    bool is_transient = false;
    const auto* nested = object->if_contains("error");
    if (const auto* error = nested != nullptr ? nested->if_object() : nullptr) {
        failure.code = number_at(*error, "code");
        failure.subcode = number_at(*error, "error_subcode");
        failure.message = words_of(*error);
        failure.trace_id = text_at(*error, "fbtrace_id");
        is_transient = flag_at(*error, "is_transient");
    } else if (nested != nullptr || object->contains("error_type")) {
        failure.message = text_at(*object, "error_message");
        if (failure.message.empty() && nested != nullptr)
            failure.message = json::serialize(*nested);
    } else {
        return std::nullopt;
    }
    failure.kind = classify(status, failure.code, failure.subcode, is_transient, failure.message);
    return failure;
}

Failure without_json(const HttpReply& reply, const boost::system::error_code& error)
{
    Failure failure;
    failure.http_status = reply.status;
    failure.kind = classify(reply.status, 0, 0, false, "");
    failure.message = reply.body.empty() ? "an answer without a body"
                                         : "an answer that is not JSON: " + error.message();
    return failure;
}

Failure without_error(const HttpReply& answer)
{
    Failure failure;
    failure.http_status = answer.status;
    failure.kind = classify(answer.status, 0, 0, false, "");
    failure.message = "a refusal without an error in its body";
    return failure;
}

void erase(std::string& text, const std::string& secret)
{
    constexpr std::string_view stars = "***";
    if (secret.empty())
        return;
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + stars.size()))
        text.replace(at, secret.size(), stars);
}

} // namespace

Outcome<json::value> body_of(const HttpReply& answer)
{
    json::parse_options options;
    options.max_depth = deepest_json;
    boost::system::error_code error;
    // One arena for the whole answer: it is read, decoded and dropped as one.
    auto body = json::parse(
        {answer.body.data(), answer.body.size()}, error,
        json::make_shared_resource<json::monotonic_resource>(), options);
    if (error)
        return without_json(answer, error);
    if (auto failure = failure_in(body, answer.status))
        return std::move(*failure);
    if (answer.status >= 300)
        return without_error(answer);
    return body;
}

void erase_secret(std::string& text, const config::Secret& secret)
{
    erase(text, secret.reveal());
    erase(text, escaped(secret.reveal()));
}

} // namespace insightd::graph
