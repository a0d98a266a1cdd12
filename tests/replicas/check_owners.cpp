#include "tests/replicas/checks.hpp"
#include "tests/support/private_postgres.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace insightd::torture
{
namespace
{

using insightd::testing::query;
using std::chrono::seconds;

/// A call that began before its account was taken may arrive after it.
constexpr std::chrono::milliseconds on_its_way{1'000};

constexpr seconds longest_takeover{30};

/// Of the database, until who begins has reached it.
constexpr seconds longest_return{8};

/// The ten seconds (of stories, in real time) that lie between an account's calls anyway, and a
/// turn's time on a busy machine. Each takeover meanwhile comes on top.
constexpr seconds longest_rest{25};

/// Each in a transaction of its own: no heartbeat locks both tables in their order.
constexpr std::array triggers{
    R"(
CREATE TABLE seen_instance AS SELECT instance_id, pid FROM store.instance;
CREATE FUNCTION see_birth() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen_instance VALUES (NEW.instance_id, NEW.pid);
    RETURN NEW; END $$;
CREATE TRIGGER see_birth AFTER INSERT ON store.instance FOR EACH ROW EXECUTE FUNCTION see_birth())",
    R"(
CREATE TABLE seen_lease(at timestamptz, account_id bigint, instance_id text);
CREATE FUNCTION see_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen_lease VALUES (clock_timestamp(), NEW.account_id, NEW.instance_id);
    RETURN NEW; END $$;
CREATE TRIGGER see AFTER UPDATE ON store.lease FOR EACH ROW EXECUTE FUNCTION see_lease())",
    R"(
CREATE FUNCTION see_death() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen_lease SELECT clock_timestamp(), account_id, NULL FROM store.lease
    WHERE instance_id = OLD.instance_id;
    RETURN OLD; END $$;
CREATE TRIGGER see AFTER DELETE ON store.instance FOR EACH ROW EXECUTE FUNCTION see_death())"};

struct Span {
    Real from;
    std::int64_t pid; ///< 0: nobody
};

using Owners = std::map<std::int64_t, std::vector<Span>>;

Owners owners(const std::string& database)
{
    Owners all;
    for (const auto& row : query(
             database, "SELECT (extract(epoch FROM at) * 1000000)::bigint, account_id, "
                       "coalesce(pid, 0) FROM seen_lease LEFT JOIN seen_instance USING "
                       "(instance_id) ORDER BY at"))
        all[std::stoll(*row[1])].push_back(
            {Real{std::chrono::microseconds{std::stoll(*row[0])}}, std::stoll(*row[2])});
    return all;
}

/// Whether the caller owned the account when the call arrived, or a moment before.
bool was_owner(const Call& call, const std::vector<Span>& spans)
{
    for (std::size_t index = spans.size(); index-- > 0;) {
        if (spans[index].from > call.at)
            continue;
        if (ReplicaProcess::is_of(spans[index].pid, call.caller))
            return true;
        if (spans[index].from + on_its_way < call.at)
            return false;
    }
    return true; // before the triggers were there
}

struct Takeover {
    double seconds = 0;
    Real ended;
};

std::optional<Takeover> takeover_of(const std::vector<Span>& spans, const Trouble& trouble)
{
    const auto after =
        std::ranges::find_if(spans, [&](const Span& span) { return span.from > trouble.at; });
    if (after == spans.begin() || std::prev(after)->pid != trouble.pid)
        return std::nullopt;
    const auto taken =
        std::find_if(after, spans.end(), [&](const Span& span) { return span.pid != 0; });
    if (taken == spans.end())
        return std::nullopt;
    return Takeover{std::chrono::duration<double>{taken->from - trouble.at}.count(), taken->from};
}

/// Nothing can be taken over while the database is away, and a while after.
bool was_away(const std::vector<Trouble>& troubles, Real from, Real until)
{
    return std::ranges::any_of(troubles, [&](const Trouble& trouble) {
        return trouble.kind == Trouble::Kind::outage && trouble.at < until &&
               trouble.until + longest_takeover > from;
    });
}

/// Or comes back just now.
bool is_away(const std::vector<Trouble>& troubles, Real when)
{
    return std::ranges::any_of(troubles, [&](const Trouble& trouble) {
        return trouble.kind == Trouble::Kind::outage && trouble.at < when &&
               when < trouble.until + longest_return;
    });
}

/// Who was killed or stopped cannot know, while the database is away, whether others have its
/// accounts by now, and rather asks for what cannot be read later twice than not at all. Who ended
/// while it was away could give nothing back.
bool may_not_know(const Call& call, const std::vector<Trouble>& troubles)
{
    const Trouble* last = nullptr;
    for (const auto& trouble : troubles)
        if (trouble.kind != Trouble::Kind::outage && trouble.replica == call.caller &&
            trouble.at < call.at)
            last = &trouble;
    return is_away(troubles, call.at) && last != nullptr &&
           (last->kind != Trouble::Kind::stop || is_away(troubles, last->at));
}

/// Calls of one replica with hardly a pause between them.
struct Stretch {
    Real from, until;
    std::size_t calls = 0;
    std::set<std::int64_t> accounts;
    std::string path; ///< of the first
};

constexpr seconds pause_between_stretches{3};

void join(std::vector<Stretch>& stretches, const Call& call)
{
    if (stretches.empty() || call.at - stretches.back().until > pause_between_stretches)
        stretches.push_back({call.at, call.at, 0, {}, call.path});
    auto& stretch = stretches.back();
    stretch.until = call.at;
    ++stretch.calls;
    stretch.accounts.insert(call.account);
}

struct Silence {
    Real from, until;
    std::chrono::microseconds length() const { return until - from; }
};

struct Calls {
    Real last;
    Silence longest;
    std::set<std::size_t> in_calm;
};

void take_in(Calls& known, const Call& call, const Story& story)
{
    const Silence silence{known.last, call.at};
    if (known.last != Real{} && silence.length() > known.longest.length() &&
        !was_away(story.troubles, silence.from, silence.until))
        known.longest = silence;
    known.last = call.at;
    if (call.at >= story.calm_from && call.at < story.calm_until)
        known.in_calm.insert(call.caller);
}

/// Whoever took it may have been hit before its first call.
int takeovers_in(const Silence& silence, const Owners& owners, std::int64_t account)
{
    const auto spans = owners.find(account);
    if (spans == owners.end())
        return 0;
    return static_cast<int>(std::ranges::count_if(spans->second, [&](const Span& span) {
        return span.pid != 0 && silence.from < span.from && span.from < silence.until;
    }));
}

double in_seconds(std::chrono::microseconds length)
{
    return std::chrono::duration<double>{length}.count();
}

} // namespace

void watch_owners(const std::string& database)
{
    for (const auto* trigger : triggers)
        query(database, trigger);
}

std::vector<std::string> check_callers(const Story& story)
{
    std::size_t unknowing = 0;
    std::map<std::size_t, std::vector<Stretch>> strangers;
    const auto spans = owners(story.database);
    for (const auto& call : story.platform.calls()) {
        const auto known = spans.find(call.account);
        if (known == spans.end() || was_owner(call, known->second))
            continue;
        if (may_not_know(call, story.troubles)) {
            ++unknowing;
            continue;
        }
        join(strangers[call.caller], call);
    }
    fmt::print(
        "{} calls; {} of them by one that was killed or stopped and could not know, the database "
        "away\n",
        story.platform.calls().size(), unknowing);
    std::vector<std::string> wrong;
    for (const auto& [replica, stretches] : strangers)
        for (const auto& stretch : stretches)
            wrong.push_back(fmt::format(
                "replica {} made {} calls for {} accounts that were not its own, from {} to {}; "
                "the "
                "first: {}",
                replica, stretch.calls, stretch.accounts.size(), text_of(stretch.from),
                text_of(stretch.until), stretch.path));
    return wrong;
}

std::vector<std::string> check_takeovers(const Story& story)
{
    std::vector<std::string> wrong;
    const auto spans = owners(story.database);
    for (const auto& trouble : story.troubles) {
        std::vector<double> waits;
        bool away = false;
        for (const auto& [account, all] : spans)
            if (const auto takeover = takeover_of(all, trouble)) {
                waits.push_back(takeover->seconds);
                away = away || was_away(story.troubles, trouble.at, takeover->ended);
            }
        if (waits.empty())
            continue;
        std::ranges::sort(waits);
        fmt::print(
            "{:<8} at {}: {} accounts taken over after {:.1f} to {:.1f} s{}\n",
            to_string(trouble.kind), text_of(trouble.at), waits.size(), waits.front(), waits.back(),
            away ? ", the database away meanwhile" : "");
        if (!away && waits.back() > std::chrono::duration<double>{longest_takeover}.count())
            wrong.push_back(fmt::format("a takeover took {:.1f} s", waits.back()));
    }
    return wrong;
}

std::vector<std::string> check_polling(const Story& story)
{
    const auto spans = owners(story.database);
    std::map<std::int64_t, Calls> all;
    for (const auto& account : story.platform.accounts())
        all[account.user_id];
    for (const auto& call : story.platform.calls())
        take_in(all[call.account], call, story);
    std::vector<std::string> wrong;
    Silence longest;
    for (const auto& [account, calls] : all) {
        const auto& silence = calls.longest;
        if (silence.length() > longest.length())
            longest = silence;
        const auto taken = takeovers_in(silence, spans, account);
        if (silence.length() > longest_rest + std::max(taken, 1) * longest_takeover)
            wrong.push_back(fmt::format(
                "{} was not asked for from {} to {}, {:.1f} s, and taken over {} times meanwhile",
                account, text_of(silence.from), text_of(silence.until),
                in_seconds(silence.length()), taken));
        if (calls.in_calm.size() != 1)
            wrong.push_back(fmt::format(
                "{} was asked for by {} replicas at the end", account, calls.in_calm.size()));
    }
    fmt::print(
        "{} accounts, none without a call for more than {:.1f} s\n", all.size(),
        in_seconds(longest.length()));
    return wrong;
}

} // namespace insightd::torture
