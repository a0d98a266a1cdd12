#include "tests/sandbox/fields.hpp"

#include <boost/json/array.hpp>

#include <charconv>

// How many posts may be published. Source: Meta's page ig-user/content_publishing_limit.
namespace insightd::sandbox
{
namespace
{

constexpr std::chrono::hours window{24};
constexpr std::int64_t posts_in_a_window = 100;

/// `since`, else the begin of the window; nothing for what is no time of it.
std::optional<Instant> begin_of(const Call& call)
{
    const auto text = call.request.param("since");
    if (text.empty())
        return call.now - window;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const Instant since{std::chrono::seconds{seconds}};
    const bool is_time = error == std::errc{} && end == text.data() + text.size();
    return is_time && since >= call.now - window ? std::optional{since} : std::nullopt;
}

} // namespace

Response publishing_limit(const Call& call)
{
    const auto host = call.request.host;
    const auto text = call.request.param("fields");
    const auto fields = split_fields(text.empty() ? "quota_usage" : text);
    if (auto refused = duplicate_field(host, fields))
        return *refused;
    const auto since = begin_of(call);
    if (!since)
        return refusal(
            host, 100, std::nullopt, "(#100) Param since must be a time of the last 24 hours");
    json::object row;
    for (const auto& name : fields) {
        if (name == "quota_usage")
            row["quota_usage"] = call.world.published(call.account, *since, call.now);
        else if (name == "config")
            row["config"] = json::object{
                {"quota_total", posts_in_a_window},
                {"quota_duration", std::chrono::seconds{window}.count()}};
        else
            return nonexisting_field(host, name);
    }
    return answer_of(json::object{{"data", json::array{std::move(row)}}});
}

} // namespace insightd::sandbox
