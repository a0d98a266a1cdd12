#include "tests/torture/random/reckoning.hpp"

#include "tests/torture/random/days.hpp"
#include "tests/torture/random/stories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

/// Virtual time between an answer and what its row is stamped with, on a busy machine.
constexpr std::chrono::microseconds close_by = 40min;
constexpr std::chrono::microseconds length_of_walk = 12h;

/// A call that was under way during a fault may have been so for as long; in real time.
constexpr auto long_fault = 1s;

/// A post of which some metrics are asked apart is stored when all of them were.
constexpr auto half_read = 3s;

/// Between two turns of an account, in virtual time.
constexpr auto a_moment = std::chrono::minutes{2};

/// A call is tried three times, and each may hang until it is given up; in real time.
constexpr auto longest_call = 100s;

/// An answer that is on its way when something happens.
constexpr auto on_its_way = 500ms;

class Reckoning
{
public:
    explicit Reckoning(const Evidence& evidence) : seen_{evidence} {}

    Findings find()
    {
        const auto closeness = [this](const Answer& answer, sandbox::Instant stamped) {
            return close_to(answer, stamped);
        };
        const auto reason = [this](const std::string& name, const Answer& answer) {
            return excuse(name, answer);
        };
        auto stamped = seen_;
        stamped.answers = as_stamped();
        auto found = compare(stamped.answers, seen_.ledger, closeness, reason);
        const auto holds_up = [this](sandbox::Instant asked) { return may_hang(asked); };
        std::ranges::move(
            check_stories(stamped, closeness, holds_up, reason), std::back_inserter(found.wrong));
        std::ranges::move(check_days(seen_, reason), std::back_inserter(found.wrong));
        for (const auto& day : seen_.early_finals)
            found.wrong.push_back("final before it was: " + day);
        return found;
    }

private:
    static bool lies_in(const Trouble& trouble, Real instant)
    {
        return instant > trouble.from - on_its_way && instant < trouble.until + on_its_way;
    }

    bool may_hang(sandbox::Instant asked) const
    {
        return std::ranges::any_of(seen_.troubles, [&](const Trouble& trouble) {
            const bool holds_up = trouble.kind->part == Part::network ||
                                  trouble.kind->part == Part::platform ||
                                  trouble.kind->part == Part::program;
            return holds_up && lies_in(trouble, seen_.pace.really(asked));
        });
    }

    /// A row is stamped with the time when it was first asked for.
    bool may_have_hung(const Answer& answer, sandbox::Instant stamped) const
    {
        return stamped < answer.virtually && may_hang(stamped);
    }

    std::chrono::microseconds close_to(const Answer& answer, sandbox::Instant stamped) const
    {
        auto most = answer.is_of_walk ? length_of_walk : close_by;
        if (may_have_hung(answer, stamped))
            most += longest_call * seen_.pace.speed;
        for (const auto& trouble : seen_.troubles)
            if (trouble.until - trouble.from > long_fault && lies_in(trouble, answer.at))
                most += (trouble.until - trouble.from) * seen_.pace.speed;
        return most;
    }

    /// One that starts while the clock is wrong knows no better until it is set right.
    static bool is_misled_by(const Trouble& trouble, const Life& life)
    {
        return trouble.clock_ahead != 0us && life.from > trouble.from - on_its_way &&
               life.from < trouble.until;
    }

    bool misleads(const Trouble& trouble) const
    {
        return std::ranges::any_of(
            seen_.lives, [&](const Life& life) { return is_misled_by(trouble, life); });
    }

    /// While a life thinks that it is `ahead` later than it is; that is virtual time.
    struct Misled {
        Real from, until;
        std::chrono::microseconds ahead;
    };

    /// It knows better once an answer has come after the clock was set right.
    std::vector<Misled> misled() const
    {
        std::vector<Misled> all;
        for (const auto& trouble : seen_.troubles)
            for (const auto& life : seen_.lives)
                if (is_misled_by(trouble, life)) {
                    const auto knows = first_after(trouble.until, seen_.answers);
                    all.push_back(
                        {life.from, std::min(knows, life.until) + on_its_way,
                         trouble.clock_ahead * seen_.pace.speed});
                }
        return all;
    }

    /// What one that was misled stored may stand under the wrong time.
    Answers as_stamped() const
    {
        auto all = seen_.answers;
        const auto lives = misled();
        for (auto& [name, answers] : all)
            for (auto& answer : answers)
                for (const auto& life : lives)
                    if (life.from <= answer.at && answer.at < life.until)
                        answer.or_at.push_back(answer.virtually + life.ahead);
        return all;
    }

    static Real first_after(Real instant, const Answers& all)
    {
        auto first = Real::max() - on_its_way;
        for (const auto& [name, answers] : all)
            for (const auto& answer : answers)
                if (answer.at > instant)
                    first = std::min(first, answer.at);
        return first;
    }

    std::string excuse(const std::string& name, const Answer& answer)
    {
        for (const auto& trouble : seen_.troubles)
            if (auto why = excuse_of(trouble, answer); !why.empty())
                return why;
        const bool is_stated = std::ranges::any_of(
            seen_.losses, [&](const Loss& loss) { return may_be_of(loss, answer); });
        if (is_stated)
            return "stands in store.loss";
        for (const auto& life : seen_.lives) // one may begin before what the last was told arrives
            if (life.from <= answer.at && answer.at <= life.until + on_its_way)
                if (auto why = cut_off(life, answer); !why.empty() && is_of_one_turn(life, name))
                    return why;
        return {};
    }

    /// A turn asks for a number once: who lost it twice has lost more than the turn under way.
    bool is_of_one_turn(const Life& life, const std::string& name)
    {
        return cut_off_[&life].insert(name).second;
    }

    std::string cut_off(const Life& life, const Answer& answer) const
    {
        if (life.told != Real{} && answer.at > life.told - half_read)
            return "under way at SIGTERM";
        if (!life.was_killed)
            return {};
        const auto noted = seen_.ledger.noted.find(answer.account);
        if (noted == seen_.ledger.noted.end())
            return "cut off by kill -9";
        const auto later = noted->second.upper_bound(answer.virtually + a_moment);
        const bool is_tail =
            later == noted->second.end() || *later > seen_.pace.virtually(life.until);
        return is_tail ? "cut off by kill -9" : "";
    }

    /// Bytes that were sent into a connection that is reset, or falls silent, may have been read or
    /// not: only who asks again over the same connection is known to have. Nothing that is sent
    /// once the line is healed is hurt.
    static bool may_be_unread(const Trouble& trouble, const Answer& answer)
    {
        return trouble.kind->cost == Cost::unread && !answer.was_read &&
               answer.at > trouble.from - on_its_way && answer.at < trouble.until;
    }

    /// A clock that was ahead leaves rows that lie in the future for a while.
    std::string excuse_of(const Trouble& trouble, const Answer& answer) const
    {
        const auto wrong_until = trouble.until + std::chrono::abs(trouble.clock_ahead) + on_its_way;
        if (misleads(trouble) && answer.at > trouble.from - on_its_way && answer.at < wrong_until)
            return "it started with a wrong clock";
        const bool is_other_day = trouble.kind->cost == Cost::other_days && answer.is_of_walk;
        if (is_other_day && lies_in(trouble, answer.at))
            return "of a day that ends elsewhere";
        return may_be_unread(trouble, answer) ? "did not arrive" : "";
    }

    /// Of a damaged file nobody can tell what was in it, but that it was not drained since.
    bool may_be_of(const Loss& loss, const Answer& answer) const
    {
        if (loss.account != 0 && loss.account != answer.account)
            return false;
        if (loss.first && loss.last)
            return *loss.first <= answer.virtually + close_by &&
                   answer.virtually <= *loss.last + close_by;
        const auto lost = seen_.pace.really(loss.lost);
        return answer.at < lost + on_its_way &&
               std::ranges::none_of(seen_.drained, [&](Real drained) {
                   return answer.at + 2s < drained && drained < lost;
               });
    }

    const Evidence& seen_;
    std::map<const Life*, std::set<std::string>> cut_off_;
};

} // namespace

Findings reckon(const Evidence& evidence)
{
    return Reckoning{evidence}.find();
}

} // namespace insightd::torture
