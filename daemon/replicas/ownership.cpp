#include "daemon/replicas/ownership.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

namespace insightd::replicas
{

Moment moment_of_machine()
{
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

Ownership::Ownership(std::vector<model::AccountId> configured, std::function<Moment()> now)
    : configured_{std::move(configured)}, now_{std::move(now)}
{
}

Ownership::Standing Ownership::standing() const
{
    if (!was_reached_)
        return had_peers_ ? Standing::irreplaceable : Standing::everything;
    return now_() < until_ ? granted_ : Standing::nothing;
}

bool Ownership::may_call(model::AccountId account, bool is_irreplaceable) const
{
    if (!was_reached_ && !had_peers_)
        return true;
    const auto standing_now = standing();
    return (was_reached_ ? leases_ : remembered_).contains(account) &&
           (standing_now == Standing::everything ||
            (standing_now == Standing::irreplaceable && is_irreplaceable));
}

std::optional<std::int64_t> Ownership::fence(model::AccountId account) const
{
    const auto found = leases_.find(account);
    return found != leases_.end() ? std::optional{found->second} : std::nullopt;
}

void Ownership::remembers(const model::LeaseMemory& earlier)
{
    had_peers_ = earlier.had_peers;
    for (const auto& lease : earlier.leases)
        remembered_[lease.account_id] = lease.fence;
}

std::int64_t Ownership::fence_of_rows(model::AccountId account) const
{
    const auto& known = was_reached_ ? leases_ : remembered_;
    const auto found = known.find(account);
    return found != known.end() ? found->second : model::never_taken;
}

Ownership::Change
Ownership::answered(Moment began, const std::vector<model::Lease>& held, bool is_alone)
{
    Change change;
    auto before = std::exchange(leases_, {});
    for (const auto& lease : held) {
        leases_[lease.account_id] = lease.fence;
        const auto known = before.find(lease.account_id);
        if (known == before.end() || known->second != lease.fence)
            change.taken.push_back(lease.account_id);
        else
            before.erase(known);
    }
    if (was_reached_) // a lease that was taken anew was lost in between
        for (const auto& [account, fence] : before)
            change.lost.push_back(account);
    else
        std::ranges::copy_if(configured_, std::back_inserter(change.lost), [this](auto account) {
            return !leases_.contains(account);
        });
    std::ranges::sort(change.lost);
    was_reached_ = true;
    is_alone_ = is_alone;
    silent_since_.reset();
    granted_ = Standing::everything;
    until_ = began + holds;
    return change;
}

void Ownership::unanswered()
{
    if (!was_reached_)
        return;
    const auto now = now_();
    if (now >= until_ && !silent_since_)
        silent_since_ = now;
    if (silent_since_ && now - *silent_since_ < holds)
        return;
    silent_since_.reset();
    granted_ = is_alone_ ? Standing::everything : Standing::irreplaceable;
    until_ = now + holds;
}

} // namespace insightd::replicas
