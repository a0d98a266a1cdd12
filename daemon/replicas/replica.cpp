#include "daemon/replicas/replica.hpp"

#include "daemon/replicas/fair_share.hpp"
#include "daemon/replicas/introduction.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <limits>

namespace insightd::replicas
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::seconds usual_wait{5};

/// While accounts are on their way from one to another, or the database is away.
constexpr std::chrono::seconds short_wait{1};

/// Then shares are taken as settled: every peer has had some heartbeats of its own.
constexpr int settled_after = 6;

constexpr std::size_t taken_together = 200;

/// Who was not seen for so long is not expected back: whoever is the only one left is alone.
constexpr std::chrono::hours peers_are_expected{24};

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

} // namespace

Replica::Replica(
    asio::any_io_executor loop, storage::Heart& heart, model::Newcomer who,
    std::function<Moment()> now)
    : heart_{heart}, who_{std::move(who)}, now_{std::move(now)},
      ownership_{who_.accounts, now_}, next_{loop}, takeover_{loop}
{
}

model::Beat Replica::next_beat()
{
    model::Beat beat;
    beat.who = who_;
    beat.registers = !registered_;
    beat.takes = takes_more_;
    beat.says_accounts = owes_accounts();
    if (registered_ && !beat.says_accounts)
        beat.who.accounts.clear();
    else if (!registered_ && !takes_more_)
        beat.who.claims = claims();
    for (const auto account : leaving_)
        (may_be_given_back(account) ? beat.given_back : beat.leaving).push_back(account);
    beat.is_settled = beats_unchanged_ >= settled_after;
    beat.known_instances = known_;
    beat.known_share = share_;
    beat.decide = fair_share;
    beat.blocks = worker_.blocks();
    return beat;
}

/// Everything, under the fences that its rows have borne until now.
std::vector<model::Lease> Replica::claims() const
{
    std::vector<model::Lease> all;
    for (const auto account : who_.accounts)
        all.push_back({account, ownership_.fence_of_rows(account)});
    return all;
}

bool Replica::may_be_given_back(model::AccountId account) const
{
    return worker_.is_at_rest(account) && worker_.is_stored(account);
}

asio::awaitable<void> Replica::beat()
{
    if (left_)
        co_return;
    const auto began = now_();
    const auto sent = next_beat();
    std::optional<std::string> why_not;
    model::BeatAnswer answer;
    try {
        answer = co_await heart_.beat(sent);
    } catch (const model::Unavailable& away) {
        why_not = away.what();
    } catch (const model::Refused& refused) { // nothing that it could take otherwise
        why_not = refused.what();
    }
    if (left_)
        co_return;
    tell_whether_answered(why_not);
    answers_ = !why_not;
    if (why_not)
        ownership_.unanswered();
    else if (answer.was_removed)
        begin_anew();
    else {
        if (sent.registers || sent.says_accounts)
            told_ = sent.who.accounts;
        take_in(began, answer);
    }
    worker_.look_again();
}

/// They changed since the database was told.
bool Replica::owes_accounts() const
{
    return registered_ && told_ != who_.accounts;
}

void Replica::configured(std::vector<model::AccountId> accounts)
{
    const std::set<model::AccountId> all{accounts.begin(), accounts.end()};
    std::vector<model::AccountId> gone;
    std::ranges::copy_if(who_.accounts, std::back_inserter(gone), [&](auto account) {
        return !all.contains(account);
    });
    who_.accounts = std::move(accounts);
    ownership_.configured(who_.accounts);
    give_up(gone);
    next_.cancel();
}

void Replica::tell_whether_answered(const std::optional<std::string>& why_not)
{
    if (why_not && answers_)
        worker_.say({"heartbeat_unanswered", {{"reason", *why_not}}});
    else if (!why_not && !answers_)
        worker_.say({"heartbeat_answered", {}});
}

/// Dead to the others, who may have everything by now: the instance comes back as another, with
/// nothing.
void Replica::begin_anew()
{
    worker_.say({"lost_everything", {{"reason", "no heartbeat reached the database in time"}}});
    const auto change = ownership_.answered(now_(), {}, false);
    lose(change.lost);
    registered_ = false;
    who_.instance_id = new_instance_id();
    known_.clear();
    beats_unchanged_ = 0;
}

void Replica::take_in(Moment began, const model::BeatAnswer& answer)
{
    registered_ = true;
    beats_unchanged_ = answer.instances == known_ ? beats_unchanged_ + 1 : 0;
    known_ = answer.instances;
    if (known_.size() > 1)
        met_ = now_();
    share_ = answer.share;
    wants_ = answer.wants;
    worker_.heed(answer.blocks);
    for (const auto account : answer.given_back)
        leaving_.erase(account);
    const auto change = ownership_.answered(began, answer.held, known_.size() == 1);
    lose(change.lost);
    taken_.insert(change.taken.begin(), change.taken.end());
    give_up(answer.to_let_go);
    if (!taken_.empty())
        takeover_.cancel();
    tell(change);
}

void Replica::lose(const std::vector<model::AccountId>& accounts)
{
    for (const auto account : accounts) {
        taken_.erase(account);
        leaving_.erase(account);
    }
    if (!accounts.empty())
        worker_.let_go(accounts);
}

/// Still ours until they are given back.
void Replica::give_up(const std::vector<model::AccountId>& accounts)
{
    for (const auto account : accounts) {
        taken_.erase(account);
        if (ownership_.fence(account))
            leaving_.insert(account);
    }
    if (!accounts.empty())
        worker_.let_go(accounts);
}

void Replica::tell(const Ownership::Change& change)
{
    if (change.taken.empty() && change.lost.empty())
        return;
    worker_.say(
        {"accounts_changed",
         {{"taken", std::to_string(change.taken.size())},
          {"lost", std::to_string(change.lost.size())},
          {"owned", std::to_string(ownership_.held())},
          {"instances", std::to_string(known_.size())}}});
}

std::function<bool(model::AccountId)> Replica::still_held() const
{
    return [this, as_of_now = ownership_](model::AccountId account) {
        return ownership_.fence(account) && ownership_.fence(account) == as_of_now.fence(account) &&
               !leaving_.contains(account);
    };
}

asio::awaitable<void> Replica::take_over()
{
    for (bool more = true; more;)
        more = co_await take_over_some();
}

/// The first of ten thousand accounts are collected before the last are read. True if there may be
/// more.
asio::awaitable<bool> Replica::take_over_some()
{
    std::vector<model::AccountId> ready;
    for (const auto account : taken_)
        if (ready.size() < taken_together && worker_.is_at_rest(account))
            ready.push_back(account);
    if (ready.empty())
        co_return false;
    for (const auto account : ready)
        taken_.erase(account);
    std::exception_ptr away;
    const auto is_still_ours = still_held();
    try {
        co_await worker_.take_over(ready, is_still_ours);
    } catch (const model::Unavailable&) {
        away = std::current_exception();
    }
    if (!away)
        co_return true;
    for (const auto account : ready)
        if (is_still_ours(account))
            taken_.insert(account);
    std::rethrow_exception(away);
}

std::chrono::steady_clock::duration Replica::next_wait() const
{
    const bool moves =
        wants_ > 0 || !leaving_.empty() || !answers_ || !registered_ || owes_accounts();
    return moves ? short_wait : usual_wait;
}

asio::awaitable<void> Replica::run()
{
    while (!left_) {
        next_.expires_after(next_wait());
        co_await next_.async_wait(quietly);
        if (!left_)
            co_await beat();
    }
}

asio::awaitable<void> Replica::run_takeovers()
{
    while (!left_) {
        try {
            co_await take_over();
        } catch (const model::Unavailable&) { // soon again
        }
        if (taken_.empty())
            takeover_.expires_at(std::chrono::steady_clock::time_point::max());
        else
            takeover_.expires_after(short_wait);
        co_await takeover_.async_wait(quietly);
    }
}

void Replica::remembers(const model::LeaseMemory& earlier)
{
    ownership_.remembers(earlier);
    if (earlier.had_peers)
        met_ = now_();
}

bool Replica::has_peers() const
{
    return met_ && now_() - *met_ < peers_are_expected;
}

asio::awaitable<void> Replica::leave()
{
    left_ = true;
    next_.cancel();
    takeover_.cancel();
    if (!registered_)
        co_return;
    auto id = who_.instance_id;
    std::set<model::AccountId> all{who_.accounts.begin(), who_.accounts.end()};
    all.insert(leaving_.begin(), leaving_.end()); // some may be configured no more
    std::vector<model::AccountId> unstored;
    std::ranges::copy_if(all, std::back_inserter(unstored), [this](auto account) {
        return ownership_.fence(account) && !worker_.is_stored(account);
    });
    try {
        co_await heart_.leave(std::move(id), unstored);
        if (has_peers())
            gone_.insert(who_.accounts.begin(), who_.accounts.end());
        for (const auto account : unstored)
            gone_.erase(account);
    } catch (const model::Unavailable&) { // missed soon
    } catch (const model::Refused&) {
    }
}

model::LeaseMemory Replica::memory() const
{
    model::LeaseMemory memory;
    for (const auto account : who_.accounts)
        if (const auto fence = ownership_.fence(account); fence && !gone_.contains(account))
            memory.leases.push_back({account, *fence});
    memory.had_peers = has_peers();
    return memory;
}

} // namespace insightd::replicas
