#include "daemon/budget/governor.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

// Buckets of a window are a fine part of it, and few: the memory of 10,000 accounts stays small.
constexpr std::chrono::seconds hour = 1h;
constexpr std::chrono::seconds minute = 1min;
constexpr std::chrono::seconds day = 24h;
constexpr std::chrono::seconds quarter = 15min;

/// After a block the least valuable come back last, so that the first call is one that matters.
constexpr std::chrono::seconds between_classes = 10s;
constexpr std::uint64_t spread_in_class = 10;

/// A call that finds out whether a block is over takes about as long.
constexpr std::chrono::seconds while_tried = 10s;

constexpr double slow_from = 60;
constexpr double doubles_every = 12;

std::chrono::seconds part_of(std::chrono::seconds span, std::uint64_t key)
{
    const auto parts = static_cast<std::uint64_t>(span.count()) + 1;
    return std::chrono::seconds{static_cast<std::int64_t>(key % parts)};
}

model::Instant back_after_block(model::Instant until, Work work, std::uint64_t key)
{
    return until + between_classes * static_cast<std::int64_t>(work) +
           std::chrono::seconds{static_cast<std::int64_t>(key % spread_in_class)};
}

/// A refusal that does not say how full the pool is says it all the same.
void read_figure(Meter& meter, const std::optional<int>& percent, bool is_over, model::Instant now)
{
    constexpr int full = 100;
    if (percent || is_over)
        meter.read(percent.value_or(full), now);
}

/// An error from before the limits are looked at says nothing of a block.
bool shows_room(const graph::Ending& ending, const std::optional<int>& percent)
{
    return !ending.failure || percent;
}

std::optional<model::Instant> if_it_stands(model::Instant until, model::Instant now)
{
    return until > now ? std::optional{until} : std::nullopt;
}

/// The same for everybody who uses the app: "instagram app 1234".
std::string name_of_app(const config::Api& api, config::Login login)
{
    const auto name = std::string{config::to_string(login)} + " app";
    const auto& id = config::app_of(api, login).id;
    return id.empty() ? name : name + " " + id;
}

} // namespace

Governor::Governor(const config::Config& config)
{
    constexpr double whole = 100;
    share_ = (whole - static_cast<double>(config.api.reserve_percent)) / whole;
    for (const auto login : {config::Login::instagram, config::Login::facebook})
        apps_.push_back(
            {name_of_app(config.api, login),
             Pool{hour, minute, share_, static_cast<std::uint64_t>(login)}});
    for (const auto& account : config.accounts)
        seat(members_.size(), account);
}

void Governor::seat(std::size_t place, const config::Account& account)
{
    const auto key = static_cast<std::uint64_t>(account.user_id);
    Member member{
        account.user_id,
        account.login,
        static_cast<double>(account.backfill.budget_percent),
        Pool{day, quarter, share_, key},
        Barrier{key},
        Barrier{key},
        RollingCount{hour, minute}};
    if (place < members_.size()) {
        vacate(place);
        members_.at(place) = std::move(member);
    } else
        members_.push_back(std::move(member));
    places_[account.user_id] = place;
}

void Governor::change(std::size_t place, const config::Account& account)
{
    auto& member = members_.at(place);
    const auto expected = member.expected;
    expect_nothing(place);
    member.login = account.login;
    member.backfill_shed_at = static_cast<double>(account.backfill.budget_percent);
    for (std::size_t work = 0; work < work_count; ++work)
        expect(place, static_cast<Work>(work), expected.at(work));
}

void Governor::vacate(std::size_t place)
{
    expect_nothing(place);
    const auto found = places_.find(members_.at(place).id);
    if (found != places_.end() && found->second == place) // else it came back, to another place
        places_.erase(found);
}

void Governor::expect_nothing(std::size_t place)
{
    for (std::size_t work = 0; work < work_count; ++work)
        expect(place, static_cast<Work>(work), 0);
}

Pool& Governor::app_of(const Member& member)
{
    return apps_.at(static_cast<std::size_t>(member.login)).hour;
}

const Pool& Governor::app_of(const Member& member) const
{
    return apps_.at(static_cast<std::size_t>(member.login)).hour;
}

/// Of work that does not count for the account.
Barrier& Governor::own_barrier(Member& member, Work work)
{
    return work == Work::competitors ? member.competitors : member.messages;
}

/// A turn of the past may go as much further as any.
double Governor::shed_at(const Member& member, Work work, Stage stage)
{
    const auto& manner = manner_of(work);
    const auto more = stage == Stage::goes_on ? manner.turn_goes_to - manner.shed_at : 0;
    return (work == Work::backfill ? member.backfill_shed_at : manner.shed_at) + more;
}

/// When the next call of this kind may leave; a clock that was set back keeps none for longer.
model::Instant Governor::free_at(const Member& member, Work work, model::Instant now)
{
    return std::min(at(member.left_at, work), now) + manner_of(work).least_between;
}

Verdict
Governor::ask(std::size_t account, Work work, Stage stage, std::uint64_t key, model::Instant now)
{
    auto& member = members_.at(account);
    const auto limit = shed_at(member, work, stage);
    auto answer = app_of(member).ask(work, limit, stage, now);
    const bool is_beside = !manner_of(work).counts_for_account;
    if (answer == Answer::go && !is_beside)
        answer = member.day.ask(work, limit, stage, now);
    if (answer == Answer::go && is_beside && own_barrier(member, work).is_up(now))
        return {Answer::blocked, own_barrier(member, work).until()};
    if (answer == Answer::go) {
        const auto free = free_at(member, work, now);
        return {free > now ? Answer::paced : Answer::go, std::max(free, now)};
    }
    if (answer == Answer::blocked)
        return {answer, back_after_block(blocked_until(account), work, key)};
    const auto wait = answer == Answer::tried ? while_tried : manner_of(work).least_wait;
    return {answer, now + wait + part_of(wait, key)};
}

std::optional<double> Governor::room(std::size_t account, Work work, model::Instant now)
{
    auto& member = members_.at(account);
    const auto limit = shed_at(member, work, Stage::begins);
    const auto of_app = app_of(member).room(work, limit, now);
    const auto of_account = member.day.room(work, limit, now);
    return of_app && of_account ? std::min(*of_app, *of_account) : std::max(of_app, of_account);
}

void Governor::departed(std::size_t account, Work work, model::Instant now)
{
    auto& member = members_.at(account);
    app_of(member).meter().count(work, now);
    if (manner_of(work).counts_for_account)
        member.day.meter().count(work, now);
    member.hour.add(now);
    at(member.left_at, work) = now;
}

Answer Governor::ask_again(std::size_t account, model::Instant now)
{
    auto& member = members_.at(account);
    const auto answer = app_of(member).ask_again(now);
    return answer == Answer::go ? member.day.ask_again(now) : answer;
}

void Governor::called_back(std::size_t account, Work work, model::Instant now)
{
    auto& member = members_.at(account);
    app_of(member).meter().take_back(work, now);
    if (manner_of(work).counts_for_account)
        member.day.meter().take_back(work, now);
    member.hour.take_back(now);
}

void Governor::ended(std::size_t account, const graph::Ending& ending, model::Instant now)
{
    auto& member = members_.at(account);
    auto& app = app_of(member);
    app.meter().arrived();
    member.day.meter().arrived();
    if (ending.was_answered)
        learn(member, ending, now);
}

void Governor::call_beside_ended(
    std::size_t account, Work work, const graph::Ending& ending, model::Instant now)
{
    auto& member = members_.at(account);
    auto& app = app_of(member);
    auto& own = own_barrier(member, work);
    app.meter().arrived();
    if (!ending.was_answered)
        return;
    const bool app_is_over = ending.failure == graph::FailureClass::app_throttled;
    const bool is_over = ending.failure == graph::FailureClass::account_throttled;
    read_figure(app.meter(), ending.usage.app_percent, app_is_over, now);
    if (app_is_over)
        app.barrier().put_up(now, ending.regain_after);
    else if (shows_room(ending, ending.usage.app_percent))
        app.barrier().answered(now);
    if (is_over || ending.usage.regain_after)
        own.put_up(now, ending.regain_after);
    else if (!ending.failure)
        own.answered(now);
}

void Governor::learn(Member& member, const graph::Ending& ending, model::Instant now)
{
    auto& app = app_of(member);
    const auto& usage = ending.usage;
    const bool app_is_over = ending.failure == graph::FailureClass::app_throttled;
    const bool account_is_over = ending.failure == graph::FailureClass::account_throttled;
    read_figure(app.meter(), usage.app_percent, app_is_over, now);
    read_figure(member.day.meter(), usage.business_percent, account_is_over, now);
    if (app_is_over)
        app.barrier().put_up(now, ending.regain_after);
    else if (account_is_over || usage.regain_after)
        member.day.barrier().put_up(now, ending.regain_after);
    if (!app_is_over && shows_room(ending, usage.app_percent))
        app.barrier().answered(now);
    if (!app_is_over && !account_is_over && shows_room(ending, usage.business_percent))
        member.day.barrier().answered(now);
}

void Governor::expect(std::size_t account, Work work, double calls_per_hour)
{
    auto& member = members_.at(account);
    const auto change = calls_per_hour - at(member.expected, work);
    at(member.expected, work) = calls_per_hour;
    member.day.expect(work, change);
    app_of(member).expect(work, change);
}

model::Instant Governor::blocked_until(std::size_t account) const
{
    const auto& member = members_.at(account);
    return std::max(member.day.barrier().until(), app_of(member).barrier().until());
}

std::vector<model::Block> Governor::blocks(model::Instant now) const
{
    std::vector<model::Block> standing;
    for (const auto& app : apps_)
        if (app.hour.barrier().is_up(now))
            standing.push_back({0, app.name, app.hour.barrier().until()});
    for (const auto& member : members_)
        if (member.day.barrier().is_up(now))
            standing.push_back({member.id, {}, member.day.barrier().until()});
    return standing;
}

/// Nothing if it is not among ours.
Pool* Governor::pool_of(const model::Block& block)
{
    if (const auto place = places_.find(block.account_id); place != places_.end())
        return &members_.at(place->second).day;
    const auto app = std::ranges::find(apps_, block.app, &App::name);
    return app != apps_.end() ? &app->hour : nullptr;
}

void Governor::heed(const std::vector<model::Block>& blocks, model::Instant now)
{
    for (const auto& block : blocks)
        if (auto* const pool = pool_of(block))
            pool->barrier().heed(block.until, now);
}

double Governor::scarcity(std::size_t account, model::Instant now)
{
    auto& member = members_.at(account);
    const auto used =
        std::max(app_of(member).meter().percent(now), member.day.meter().percent(now));
    return std::exp2(std::max(used.value_or(0) - slow_from, 0.0) / doubles_every);
}

State Governor::state(std::size_t account, model::Instant now)
{
    auto& member = members_.at(account);
    State state;
    state.app_percent = app_of(member).meter().percent(now);
    state.account_percent = member.day.meter().percent(now);
    state.calls_in_hour = member.hour.total(now);
    state.calls_in_day = member.day.meter().calls(now);
    state.blocked_until = if_it_stands(blocked_until(account), now);
    state.own_block_until = if_it_stands(member.day.barrier().until(), now);
    for (std::size_t place = 0; place < work_count; ++place)
        if (const auto work = static_cast<Work>(place);
            ask(account, work, Stage::begins, 0, now).answer == Answer::shed)
            state.shedding.push_back(manner_of(work).name);
    return state;
}

AppState Governor::state_of_app(config::Login login, model::Instant now)
{
    auto& hour = apps_.at(static_cast<std::size_t>(login)).hour;
    return {hour.meter().percent(now), if_it_stands(hour.barrier().until(), now)};
}

} // namespace insightd::budget
