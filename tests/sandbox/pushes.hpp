#pragma once

#include "tests/sandbox/apps.hpp"
#include "tests/sandbox/world.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Webhooks as the platform sends them: story_insights, when a story has ended.
/// Source: graph-api.md section 7.
namespace insightd::sandbox
{

/// "sha256=…" of the bytes under the app's secret.
std::string signature_of(std::string_view body, const std::string& secret);

/// The numbers of a story at its end, under the names that the platform chose long ago; -1 each if
/// fewer than five saw it.
std::string story_push(const World& world, const Media& story);

/// A mention of the account in a media object, or, with a comment id, in a comment.
std::string mention_push(
    const World& world, std::size_t account, std::int64_t media_id, std::int64_t comment_id,
    Instant at);

/// Stories that ended after `from` and until `until`, at most 24 hours later.
std::vector<Media> stories_ended(const World& world, Instant from, Instant until);

/// Pushes stories as they end to a callback on loopback, and again until it answers 200.
class Pusher
{
public:
    /// `callback` as http://127.0.0.1:9464/webhooks; signed under the secret.
    Pusher(const World& world, std::string callback, std::string secret);

    /// Looks now and then what ended; for ever.
    boost::asio::awaitable<void>
    run(std::function<Instant()> now, std::chrono::milliseconds every = std::chrono::seconds{1});

private:
    /// The answer's status; 0 if there was none.
    boost::asio::awaitable<unsigned> deliver(std::string body);

    const World& world_;
    std::string host_, port_, path_, secret_;
};

} // namespace insightd::sandbox
