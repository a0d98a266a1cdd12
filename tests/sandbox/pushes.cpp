#include "tests/sandbox/pushes.hpp"

#include "tests/sandbox/hmac.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <deque>
#include <stdexcept>

namespace insightd::sandbox
{
namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
namespace json = boost::json;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::hours life{24};

std::int64_t whole(const Number& number)
{
    return std::visit([](auto value) { return static_cast<std::int64_t>(value); }, number);
}

std::int64_t taps(const World& world, const Media& story, std::string_view kind, Instant when)
{
    for (const auto& [values, count] : world.media_breakdown(story, "navigation", when))
        if (values.front() == kind)
            return count;
    return 0;
}

} // namespace

std::string signature_of(std::string_view body, const std::string& secret)
{
    return "sha256=" + hmac_sha256(secret, body);
}

std::string story_push(const World& world, const Media& story)
{
    const auto end = story.published_at + life;
    json::object value{{"media_id", std::to_string(story.id)}};
    const bool untold = world.too_few_viewers(story, end);
    const auto add = [&](std::string_view name, std::int64_t count) {
        value[name] = untold ? -1 : count;
    };
    add("impressions", whole(world.media_metric(story, "views", end)));
    add("reach", whole(world.media_metric(story, "reach", end)));
    add("replies", whole(world.media_metric(story, "replies", end)));
    add("taps_forward", taps(world, story, "tap_forward", end));
    add("taps_back", taps(world, story, "tap_back", end));
    add("exits", taps(world, story, "tap_exit", end));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(end).time_since_epoch().count();
    return json::serialize(json::object{
        {"object", "instagram"},
        {"entry", json::array{json::object{
                      {"id", std::to_string(world.accounts().at(story.account).user_id)},
                      {"time", seconds},
                      {"changes", json::array{json::object{
                                      {"field", "story_insights"}, {"value", value}}}}}}}});
}

std::string mention_push(
    const World& world, std::size_t account, std::int64_t media_id, std::int64_t comment_id,
    Instant at)
{
    json::object value{{"media_id", std::to_string(media_id)}};
    if (comment_id != 0)
        value["comment_id"] = std::to_string(comment_id);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    return json::serialize(json::object{
        {"object", "instagram"},
        {"entry",
         json::array{json::object{
             {"id", std::to_string(world.accounts().at(account).user_id)},
             {"time", seconds},
             {"changes", json::array{json::object{{"field", "mentions"}, {"value", value}}}}}}}});
}

std::vector<Media> stories_ended(const World& world, Instant from, Instant until)
{
    std::vector<Media> ended;
    for (std::size_t account = 0; account < world.accounts().size(); ++account)
        for (const auto& story : world.stories(account, from))
            if (story.published_at + life > from && story.published_at + life <= until)
                ended.push_back(story);
    return ended;
}

Pusher::Pusher(const World& world, std::string callback, std::string secret)
    : world_{world}, secret_{std::move(secret)}
{
    constexpr std::string_view scheme = "http://";
    const auto path = callback.find('/', scheme.size());
    const auto colon = callback.rfind(':', path);
    if (!callback.starts_with(scheme) || path == std::string::npos || colon < scheme.size())
        throw std::invalid_argument{callback + " is no http://HOST:PORT/PATH"};
    host_ = callback.substr(scheme.size(), colon - scheme.size());
    port_ = callback.substr(colon + 1, path - colon - 1);
    path_ = callback.substr(path);
}

asio::awaitable<void> Pusher::run(std::function<Instant()> now, std::chrono::milliseconds every)
{
    asio::steady_timer pause{co_await asio::this_coro::executor};
    std::deque<std::string> waiting;
    for (auto from = now();;) {
        pause.expires_after(every);
        co_await pause.async_wait(quietly);
        const auto until = now();
        for (const auto& story : stories_ended(world_, from, until))
            waiting.push_back(story_push(world_, story));
        from = until;
        for (bool taken = true; taken && !waiting.empty();) {
            taken = co_await deliver(waiting.front()) == 200;
            if (taken)
                waiting.pop_front();
        }
    }
}

asio::awaitable<unsigned> Pusher::deliver(std::string body)
{
    const auto loop = co_await asio::this_coro::executor;
    beast::tcp_stream stream{loop};
    stream.expires_after(std::chrono::seconds{10});
    asio::ip::tcp::resolver resolver{loop};
    const auto [unknown, places] = co_await resolver.async_resolve(host_, port_, quietly);
    if (unknown)
        co_return 0U;
    const auto [unreached, place] = co_await stream.async_connect(places, quietly);
    if (unreached)
        co_return 0U;
    bhttp::request<bhttp::string_body> request{bhttp::verb::post, path_, 11};
    request.set(bhttp::field::host, host_);
    request.set(bhttp::field::content_type, "application/json");
    request.set("X-Hub-Signature-256", signature_of(body, secret_));
    request.body() = std::move(body);
    request.prepare_payload();
    const auto [unsent, sent] = co_await bhttp::async_write(stream, request, quietly);
    if (unsent)
        co_return 0U;
    beast::flat_buffer buffer;
    bhttp::response<bhttp::string_body> response;
    const auto [unread, read] = co_await bhttp::async_read(stream, buffer, response, quietly);
    co_return unread ? 0U : response.result_int();
}

} // namespace insightd::sandbox
