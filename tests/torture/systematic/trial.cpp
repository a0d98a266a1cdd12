#include "tests/torture/systematic/trial.hpp"

#include "storage/spool/spool_file.hpp"
#include "tests/sandbox/setup.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include <date/date.h>
#include <fmt/format.h>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;
using insightd::testing::query;

constexpr int speed = 1'200; ///< virtual seconds per real one

/// Numbers of one pass over everything that there is; days have no part in it, for they are many.
constexpr std::int64_t enough = 150;

/// With a fault the program may wait for its next try: nobody waits longer for it.
constexpr auto longest_tortured = 3s;

/// Without one it must be well after this.
constexpr auto longest_recovery = 30s;

constexpr auto longest_goodbye = 10s;

/// Virtual time between an answer and its being noted, on a busy machine.
constexpr std::chrono::microseconds close_by = std::chrono::minutes{40};
constexpr std::chrono::microseconds length_of_walk = std::chrono::hours{8};

/// Between two turns of an account.
constexpr auto a_moment = std::chrono::minutes{1};

/// An answer that is on its way when a signal comes, or a connection breaks.
constexpr auto on_its_way = 300ms;

bool is_deadly(Effect effect)
{
    return effect == Effect::torn || effect == Effect::dead_before || effect == Effect::dead_after;
}

Platform::Options world(Real anchor, Real start, unsigned seed)
{
    Platform::Options options;
    options.accounts = 2;
    options.callers = 1;
    options.speed = speed;
    options.seed = seed;
    options.anchor = anchor;
    options.start = start;
    options.adapt = [](sandbox::World::Options& wish) { wish.days_of_history = 2; };
    return options;
}

/// Nothing depends on how long it takes: it is looked at again and again.
template <class Condition> bool wait_for(std::chrono::milliseconds longest, Condition condition)
{
    const auto until = std::chrono::steady_clock::now() + longest;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until)
            return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

Real instant_of(std::int64_t microseconds)
{
    return Real{std::chrono::microseconds{microseconds}};
}

} // namespace

Trial::Trial(Scene scene, const Order& order, unsigned seed)
    : scene_{scene}, order_{order}, anchor_{real_now()},
      start_{Real{date::sys_days{date::year{2026} / 3 / 1}} + 12h},
      database_{insightd::testing::migrated_database()}, board_{scratch_.path() / "board"},
      platform_{world(anchor_, start_, seed)}, daemon_{scratch_.path()}
{
    configure();
}

Trial::~Trial()
{
    if (daemon_.runs()) {
        daemon_.send(SIGKILL);
        daemon_.wait();
    }
    insightd::testing::drop_database(database_);
}

void Trial::configure() const
{
    sandbox::Setup setup;
    setup.instagram_url = platform_.server(0).instagram_url();
    setup.facebook_url = platform_.server(0).facebook_url();
    setup.database = '"' + database_ + '"';
    setup.state_dir = scratch_.path() / "state";
    setup.anchor = text_of(anchor_);
    setup.start = text_of(start_);
    setup.speed = speed;
    setup.extra =
        "defaults: {backfill: {automatic: off}, collect: [profile, media, media_insights, "
        "stories]}\n";
    sandbox::write_config(scratch_.path() / "insightd.yaml", setup, platform_.accounts());
}

Outcome Trial::run()
{
    switch (scene_) {
    case Scene::database_there:
        live_with_database();
        break;
    case Scene::database_away:
        live_without_database();
        break;
    case Scene::recovery:
        live_recovering();
        break;
    }
    live_well();
    platform_.close();
    ledger_ = read_ledger(database_);
    losses_ = query(
        database_, "SELECT account_id, (extract(epoch FROM first_at) * 1000000)::bigint, "
                   "(extract(epoch FROM last_at) * 1000000)::bigint FROM store.loss");
    outcome_.findings = compare(
        platform_.answers(), ledger_,
        [](const Answer& answer, sandbox::Instant) {
            return answer.is_of_walk ? length_of_walk : close_by;
        },
        [this](const auto& name, const auto& answer) { return excuse(name, answer); });
    std::ranges::move(complaints_, std::back_inserter(outcome_.findings.wrong));
    return outcome_;
}

void Trial::begin_life(bool is_tortured)
{
    board_.clear();
    if (is_tortured)
        torture();
    lives_.push_back({real_now(), {}});
    daemon_.start(board_.environment(scratch_.path()));
}

/// From now on operations count.
void Trial::torture()
{
    for (std::size_t kind = 0; kind < operation_count; ++kind)
        before_[kind] = board_.count(static_cast<Operation>(kind));
    if (order_.first > 0)
        board_.give_from_now(order_);
}

void Trial::note_operations()
{
    for (std::size_t kind = 0; kind < operation_count; ++kind)
        outcome_.asked[kind] = board_.count(static_cast<Operation>(kind)) - before_[kind];
}

/// By a signal, if it has not ended yet.
void Trial::end_life()
{
    auto& life = lives_.back();
    auto code = daemon_.ended();
    if (!code) {
        life.told = real_now();
        daemon_.send(SIGTERM);
        if (!wait_for(longest_goodbye, [&] { return (code = daemon_.ended()).has_value(); })) {
            complain("SIGTERM did not end it");
            daemon_.send(SIGKILL);
            code = daemon_.wait();
        }
    }
    life.until = real_now();
    life.first_hit = instant_of(board_.board().first_hit_at);
    life.last_hit = instant_of(board_.board().last_hit_at);
    life.was_killed = *code == 128 + SIGKILL;
    outcome_.was_hit = outcome_.was_hit || board_.hits() > 0;
    if (board_.hits() > 0)
        outcome_.code = *code;
    if (life.was_killed && board_.hits() > 0 && is_deadly(order_.effect))
        return;
    if (*code >= 128)
        complain(fmt::format("ended by signal {}", *code - 128));
    else if (*code == 0 && life.told == Real{})
        complain("ended by itself, as if all were well");
    else if (*code != 0 && board_.hits() == 0)
        complain(fmt::format("ended with {} though nothing failed", *code));
    else if (*code == 70)
        complain("ended by a mistake of its own");
}

bool Trial::answered_since(std::int64_t before, std::int64_t more) const
{
    return platform_.numbers_answered() >= before + more;
}

void Trial::live_with_database()
{
    begin_life(true);
    wait_for(
        longest_tortured, [&] { return daemon_.ended_already() || answered_since(0, enough); });
    end_life();
    note_operations();
}

void Trial::live_without_database()
{
    begin_life(false);
    wait_for(
        longest_recovery, [&] { return daemon_.ended_already() || answered_since(0, enough); });
    insightd::testing::allow_connections(database_, false);
    torture();
    const auto before = platform_.numbers_answered();
    wait_for(longest_tortured, [&] {
        return daemon_.ended_already() || answered_since(before, enough / 2);
    });
    end_life();
    note_operations();
    insightd::testing::allow_connections(database_, true);
}

void Trial::live_recovering()
{
    begin_life(false);
    wait_for(longest_recovery, [&] { return answered_since(0, enough); });
    insightd::testing::allow_connections(database_, false);
    const auto before = platform_.numbers_answered();
    wait_for(longest_recovery, [&] { return answered_since(before, enough / 3); });
    end_life();
    insightd::testing::allow_connections(database_, true);
    begin_life(true);
    wait_for(longest_tortured, [&] {
        return daemon_.ended_already() || (is_drained() && answered_since(before, enough));
    });
    end_life();
    note_operations();
}

/// Nothing waits any more, and what the program asks is stored.
void Trial::live_well()
{
    const auto before = platform_.numbers_answered();
    begin_life(false);
    const bool is_well = wait_for(longest_recovery, [&] {
        return daemon_.ended_already() || (answered_since(before, enough / 3) && is_drained());
    });
    if (!is_well)
        complain("was not well again within 30 s");
    end_life();
}

bool Trial::is_drained() const
{
    const auto waiting = spool::look_into(scratch_.path() / "state/spool/spool.db");
    return waiting && waiting->records == 0;
}

sandbox::Instant Trial::virtually(Real instant) const
{
    return start_ + (instant - anchor_) * speed;
}

std::string Trial::excuse(const std::string&, const Answer& answer) const
{
    for (const auto& life : lives_)
        if (life.from <= answer.at && answer.at <= life.until + on_its_way)
            if (auto why = excuse_in(life, answer); !why.empty())
                return why;
    const auto at = answer.virtually.time_since_epoch().count();
    const auto slack = std::chrono::microseconds{close_by}.count();
    for (const auto& loss : losses_)
        if ((loss[0] == "0" || loss[0] == std::to_string(answer.account)) &&
            (!loss[1] ||
             (std::stoll(*loss[1]) <= at + slack && at - slack <= std::stoll(*loss[2]))))
            return "stands in store.loss";
    return {};
}

/// What an end cuts off is a tail: nothing later of the account is stored of that life.
std::string Trial::excuse_in(const Life& life, const Answer& answer) const
{
    const bool breaks_calls =
        order_.operation == Operation::api_send || order_.operation == Operation::api_receive;
    if (breaks_calls && life.first_hit != Real{} && answer.at > life.first_hit - on_its_way &&
        answer.at < life.last_hit + on_its_way)
        return "its connection broke";
    if (life.told != Real{} && answer.at > life.told - on_its_way)
        return "under way at SIGTERM";
    const auto noted = ledger_.noted.find(answer.account);
    if (!life.was_killed)
        return {};
    if (noted == ledger_.noted.end())
        return "cut off by kill -9";
    const auto later = noted->second.upper_bound(answer.virtually + a_moment);
    const bool is_tail = later == noted->second.end() || *later > virtually(life.until);
    return is_tail ? "cut off by kill -9" : "";
}

std::string Trial::log() const
{
    std::ifstream in{daemon_.log()};
    return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace insightd::torture
