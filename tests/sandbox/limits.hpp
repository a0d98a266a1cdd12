#pragma once

#include "tests/sandbox/world.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace insightd::sandbox
{

/// How many calls the platform takes. Source: graph-api.md section 8.
struct CallLimits {
    std::optional<std::int64_t> app_calls_an_hour{};   ///< of all accounts of a host; code 4
    std::optional<std::int64_t> account_calls_a_day{}; ///< of each account; code 80002
    int others_of_app = 0;      ///< percent of the app's limit that another program uses
    int others_of_accounts = 0; ///< the same of each account's
};

/// One rolling window of calls, and the block that follows when it is full.
class CallWindow
{
public:
    explicit CallWindow(std::chrono::seconds span) : span_{span} {}

    /// A call comes in; false if it is refused. One that comes while blocked prolongs the block.
    /// Those of the very instant at which the block began were under way, except over a connection
    /// that has answered with a refusal already; 0: not known which.
    bool take(std::int64_t limit, int percent_of_others, Instant now, std::uint64_t connection = 0);

    int percent(std::int64_t limit, int percent_of_others, Instant now);
    std::chrono::minutes until_regained(Instant now) const; ///< 0: not blocked

    std::int64_t throttled() const { return throttled_; }         ///< calls that were refused
    std::int64_t while_blocked() const { return while_blocked_; } ///< of them, those that knew

private:
    void forget(Instant now);
    void block(std::int64_t limit, Instant now);
    bool refuse(std::uint64_t connection);

    std::chrono::seconds span_;
    std::deque<Instant> calls_;
    Instant blocked_at_;
    Instant blocked_until_;
    std::set<std::uint64_t> told_; ///< connections that answered with a refusal of this block
    std::int64_t throttled_ = 0;
    std::int64_t while_blocked_ = 0;
};

/// The windows of all apps and accounts.
class CallCounters
{
public:
    CallWindow& app(Host host) { return apps_.try_emplace(host, an_hour).first->second; }
    CallWindow& account(std::size_t account)
    {
        return accounts_.try_emplace(account, a_day).first->second;
    }

    std::int64_t throttled() const;
    std::int64_t while_blocked() const;

private:
    static constexpr std::chrono::seconds an_hour{3600};
    static constexpr std::chrono::seconds a_day{86400};
    std::map<Host, CallWindow> apps_;
    std::map<std::size_t, CallWindow> accounts_;
};

/// `"value"` of X-App-Usage.
std::string app_usage_header(int percent);

} // namespace insightd::sandbox
