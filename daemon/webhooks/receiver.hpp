#pragma once

#include "collectors/webhook.hpp"
#include "config/secret.hpp"
#include "daemon/http/server.hpp"
#include "daemon/webhooks/inbox.hpp"
#include "daemon/webhooks/rate.hpp"
#include "storage/model/ids.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::webhooks
{

/// The longest delivery that is taken: the platform joins up to a thousand changes in one.
inline constexpr std::size_t longest_delivery = 1024 * 1024;

/// What became of a delivery, as counted on /metrics.
enum class Outcome : std::uint8_t {
    kept,         ///< 200: durable
    nothing_kept, ///< 200: nothing in it is of a configured account and of a field that is kept
    unsigned_,    ///< 401: forged, or signed under a secret that is not configured
    malformed,    ///< 400: signed, and not what the platform documents
    too_many,     ///< 429: above the rate
    unavailable,  ///< 503: neither the database nor the disk takes it
    refused,      ///< 500: the store does not take it
};
inline constexpr std::size_t outcomes = 7;

std::string_view to_string(Outcome outcome);

/// Why a delivery was not taken or not kept, and how many others ended so since it was said before.
struct NotTaken {
    Outcome outcome{};
    std::string reason;
    std::int64_t others = 0;
};

/// Takes what the platform pushes, and answers 200 once it is durable.
/// Source: graph-api.md section 7.
class Receiver
{
public:
    struct Services {
        Inbox& inbox;
        config::Secret verify_token;
        std::vector<config::Secret> secrets; ///< under which deliveries may be signed
        std::set<model::AccountId> accounts; ///< configured ones
        std::function<model::Instant()> now; ///< the daemon's clock
        std::function<Rate::Time()> machine_time;
        /// Told of pushes that are durable.
        std::function<void(const std::vector<model::StoryPush>&)> kept;
        /// Told why deliveries are not taken or not kept.
        std::function<void(const NotTaken&)> say;
        std::set<model::AccountId> mentioned{}; ///< accounts that collect mentions
        /// Told of mentions that are durable.
        std::function<void(const std::vector<model::Mention>&)> kept_mentions{};
    };

    Receiver(Services services, std::int64_t most_per_second);

    /// Other accounts are configured from now on; of them these collect mentions.
    void configured(std::set<model::AccountId> accounts, std::set<model::AccountId> mentioned);

    /// A GET is the platform's question whether this is the callback; a POST is a delivery.
    boost::asio::awaitable<http::Answer> answer(http::Question question);

    std::int64_t count(Outcome outcome) const
    {
        return counts_.at(static_cast<std::size_t>(outcome));
    }
    std::int64_t stories() const { return stories_; } ///< pushes that were kept

private:
    struct Verdict {
        Outcome outcome{};
        std::string why; ///< for the log; empty if all is well
    };

    /// What was last said of an outcome.
    struct Told {
        std::optional<Rate::Time> at;
        std::int64_t count = 0; ///< how often it had been by then
    };

    http::Answer verification(const http::Question& question) const;
    boost::asio::awaitable<Verdict> take(http::Question question);
    boost::asio::awaitable<Verdict> keep(collectors::Delivery delivery);
    void note(const Verdict& verdict);

    Services services_;
    Rate rate_;
    std::array<std::int64_t, outcomes> counts_{};
    std::int64_t stories_ = 0;
    std::array<Told, outcomes> told_{};
};

} // namespace insightd::webhooks
