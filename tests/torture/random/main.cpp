#include "tests/support/private_postgres.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/torture/random/reckoning.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <fstream>
#include <iostream>
#include <sysexits.h>

// Every kind of fault, in random order, one or two at a time, at random moments.
namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct Wish {
    Ground::Wish ground;
    std::int64_t faults = 200;
    std::vector<std::string> only; ///< parts of names; empty: all
    bool lists = false;
    bool tells = false;
    bool keeps_log = false;
};

constexpr auto longest_recovery = 150s; ///< a limit of the platform lasts a virtual day
/// What is shown of the faults beside a number that was lost.
constexpr auto around = 8s;

constexpr int shortest = 20, usual = 700; ///< milliseconds that a fault lasts
constexpr int long_one = 7'000;           ///< longer than the patience with the database
constexpr int one_of_long = 25, one_of_double = 3;

/// What is dealt next: all kinds, in an order of chance, again and again.
class Deck
{
public:
    Deck(std::vector<const Kind*> kinds, std::mt19937& dice) : kinds_{std::move(kinds)}, dice_{dice}
    {
    }

    bool is_empty() const { return kinds_.empty(); }

    /// The first that is not of this part.
    const Kind* deal(std::optional<Part> busy)
    {
        if (left_.size() < 2) {
            std::ranges::shuffle(kinds_, dice_);
            left_.insert(left_.end(), kinds_.begin(), kinds_.end());
        }
        const auto found = std::ranges::find_if(
            left_, [&](const Kind* kind) { return !busy || kind->part != *busy; });
        if (found == left_.end())
            return nullptr;
        const auto* kind = *found;
        left_.erase(found);
        return kind;
    }

private:
    std::vector<const Kind*> kinds_;
    std::deque<const Kind*> left_;
    std::mt19937& dice_;
};

class Torture
{
public:
    explicit Torture(Wish wish) : wish_{std::move(wish)}, ground_{wish_.ground} {}

    int run()
    {
        Deck deck{wanted(), ground_.dice};
        if (deck.is_empty()) {
            fmt::print("no kind of fault is left of '{}'\n", fmt::join(wish_.only, ","));
            return EX_USAGE;
        }
        ground_.start_daemon();
        wait_for(longest_recovery, [&] { return ground_.platform.numbers_answered() > 100; });
        deal(deck);
        calm_down();
        return report();
    }

private:
    std::vector<const Kind*> wanted() const
    {
        std::vector<const Kind*> some;
        for (const auto& kind : kinds_)
            if (!is_wanted(kind))
                continue;
            else if (is_possible(kind))
                some.push_back(&kind);
            else
                fmt::print("left out, for no disk can be mounted here: {}\n", kind.name);
        return some;
    }

    bool is_wanted(const Kind& kind) const
    {
        return wish_.only.empty() || std::ranges::any_of(wish_.only, [&](const auto& part) {
                   return kind.name.find(part) != std::string_view::npos;
               });
    }

    bool is_possible(const Kind& kind) const
    {
        return !kind.needs_small_disk || !ground_.wish.full_disk.empty();
    }

    void deal(Deck& deck)
    {
        while (std::ssize(troubles_) < wish_.faults) {
            step(deck);
            look();
            show_progress();
        }
    }

    /// On standard error, every hundred faults.
    void show_progress()
    {
        const auto hundreds = std::ssize(troubles_) / 100;
        if (hundreds == std::exchange(hundreds_, hundreds))
            return;
        fmt::print(
            stderr, "{} {} of {} faults, {} lives, {} numbers answered\n", text_of(real_now()),
            std::ssize(troubles_), wish_.faults, ground_.lives.size(),
            ground_.platform.numbers_answered());
    }

    /// One fault, or two of which the second begins while the first lasts.
    void step(Deck& deck)
    {
        const auto first = inject(*deck.deal({}));
        rest();
        if (ground_.roll(1, one_of_double) == 1 && std::ssize(troubles_) < wish_.faults)
            if (const auto* other = deck.deal(troubles_[first].kind->part)) {
                const auto second = inject(*other);
                rest();
                heal(second);
            }
        heal(first);
        if (!ground_.daemon_runs())
            ground_.start_daemon();
        std::this_thread::sleep_for(milliseconds{ground_.roll(0, usual / 2)});
    }

    std::size_t inject(const Kind& kind)
    {
        const auto before = ground_.board.board().clock_ahead.load();
        troubles_.push_back({&kind, real_now()});
        tell("begins", kind);
        kind.inject(ground_);
        if (const auto ahead = ground_.board.board().clock_ahead.load(); ahead != before)
            troubles_.back().clock_ahead = std::chrono::microseconds{ahead};
        return troubles_.size() - 1;
    }

    void heal(std::size_t index)
    {
        troubles_[index].kind->heal(ground_);
        troubles_[index].until = real_now();
        tell("ends", *troubles_[index].kind);
    }

    void tell(std::string_view what, const Kind& kind) const
    {
        if (!wish_.tells)
            return;
        fmt::print("{} {} {}\n", text_of(real_now()), what, kind.name);
        std::fflush(stdout);
    }

    void rest()
    {
        const bool is_long = ground_.roll(1, one_of_long) == 1;
        std::this_thread::sleep_for(
            milliseconds{is_long ? long_one : ground_.roll(shortest, usual)});
    }

    void look()
    {
        if (ground_.is_drained())
            drained_.push_back(real_now());
    }

    template <class Condition> bool wait_for(std::chrono::seconds longest, Condition condition)
    {
        const auto until = real_now() + longest;
        while (!condition()) {
            if (real_now() > until)
                return false;
            std::this_thread::sleep_for(10ms);
        }
        return true;
    }

    /// Nothing is done any more: what waits must get where it belongs.
    void calm_down()
    {
        if (!ground_.daemon_runs())
            ground_.start_daemon();
        const auto before = ground_.platform.numbers_answered();
        if (!wait_for(longest_recovery, [&] {
                return ground_.platform.numbers_answered() > before + 100 && ground_.is_drained();
            }))
            ground_.complaints.push_back(fmt::format(
                "was not well again within 150 s: {} numbers answered since, {}",
                ground_.platform.numbers_answered() - before,
                ground_.is_drained() ? "nothing waits" : "rows wait"));
        if (!ground_.stop_daemon())
            ground_.complaints.push_back("SIGTERM did not end it well within 10 s");
        ground_.platform.close();
    }

    /// Without its files it may refuse to start, and says so.
    bool may_refuse(const End& end) const
    {
        const bool said_why = end.code == EX_CONFIG || end.code == EX_TEMPFAIL;
        return said_why && std::ranges::any_of(troubles_, [&](const auto& trouble) {
                   return trouble.kind->part == Part::disk && trouble.from < end.until &&
                          trouble.until > end.from;
               });
    }

    std::vector<std::string> bad_ends() const
    {
        std::vector<std::string> all;
        for (const auto& end : ground_.ends)
            if (!may_refuse(end))
                all.push_back(fmt::format(
                    "the process of {} ended by itself with {} at {}", text_of(end.from), end.code,
                    text_of(end.until)));
        return all;
    }

    /// Of the first few that lie apart.
    void show_what_was_done_around(std::vector<sandbox::Instant> moments) const
    {
        constexpr int most = 3;
        std::ranges::sort(moments);
        Real shown{};
        for (int left = most; const auto moment : moments)
            if (const auto instant = ground_.pace.really(moment); instant > shown + around) {
                show_what_was_done_around(shown = instant);
                if (--left == 0)
                    return;
            }
    }

    void show_what_was_done_around(Real instant) const
    {
        fmt::print("around {}:\n", text_of(instant));
        for (const auto& trouble : troubles_)
            if (trouble.until > instant - around && trouble.from < instant + around)
                fmt::print(
                    "    {} to {}: {}\n", text_of(trouble.from), text_of(trouble.until),
                    trouble.kind->name);
        for (const auto& life : ground_.lives)
            if (life.from > instant - around && life.from < instant + around)
                fmt::print("    {}: started\n", text_of(life.from));
    }

    void show_log() const
    {
        for (const auto& row : insightd::testing::query(
                 ground_.server.url(), "SELECT lost_at, account_id, rows, first_at, last_at, "
                                       "reason FROM store.loss ORDER BY lost_at"))
            fmt::print(
                "loss at {} of {}: {} rows, {} to {}: {}\n", row[0].value_or("-"),
                row[1].value_or("-"), row[2].value_or("-"), row[3].value_or("-"),
                row[4].value_or("-"), row[5].value_or("-"));
        std::cout << std::ifstream{ground_.daemon.log()}.rdbuf();
    }

    int report()
    {
        auto found = reckon(gather(ground_, troubles_, drained_));
        std::ranges::move(ground_.complaints, std::back_inserter(found.wrong));
        std::ranges::move(bad_ends(), std::back_inserter(found.wrong));
        std::map<std::string_view, std::int64_t> injected;
        for (const auto& trouble : troubles_)
            ++injected[trouble.kind->name];
        for (const auto& kind : kinds_)
            if (const auto times = injected.find(kind.name); times != injected.end())
                fmt::print("{:5} × {}\n", times->second, kind.name);
        fmt::print(
            "{} faults of {} kinds injected, {} survived, {} lives; {} numbers answered, {} rows "
            "compared\n",
            troubles_.size(), injected.size(), troubles_.size() - bad_ends().size(),
            ground_.lives.size(), found.answers, found.rows);
        for (const auto& [why, count] : found.excused)
            fmt::print("    {} numbers not stored: {}\n", count, why);
        constexpr std::size_t most = 20;
        for (std::size_t line = 0; line < std::min(most, found.wrong.size()); ++line)
            fmt::print("WRONG {}\n", found.wrong[line]);
        show_what_was_done_around(found.moments);
        if (wish_.keeps_log)
            show_log();
        fmt::print(
            "{}\n", found.wrong.empty() ? "all is well"
                                        : fmt::format("not well: {} wrong", found.wrong.size()));
        return found.wrong.empty() ? 0 : 1;
    }

    Wish wish_;
    std::vector<Kind> kinds_ = all_kinds();
    Ground ground_;
    std::vector<Trouble> troubles_;
    std::int64_t hundreds_ = 0; ///< of faults, that were told
    DrainedAt drained_;
};

int list()
{
    for (const auto& kind : all_kinds())
        fmt::print("| {} | {} | {} |\n", kind.name, kind.how, kind.healed_by);
    return 0;
}

} // namespace
} // namespace insightd::torture

int main(int argc, char** argv)
{
    using namespace insightd::torture;
    CLI::App app{"Every kind of fault in random order, then every row compared"};
    Wish wish;
    app.add_option("--faults", wish.faults, "to be injected");
    app.add_option("--accounts", wish.ground.accounts, "of which the numbers are asked");
    app.add_option("--speed", wish.ground.speed, "virtual seconds per real one");
    app.add_option("--seed", wish.ground.seed, "of the world and of the faults");
    app.add_option("--only", wish.only, "kinds with one of these, parted by commas, in their names")
        ->delimiter(',');
    app.add_flag("--tell", wish.tells, "each fault when it begins and ends");
    app.add_flag("--list", wish.lists, "the kinds, as a table, and nothing else");
    app.add_flag("--log", wish.keeps_log, "show what the program said");
    CLI11_PARSE(app, argc, argv);
    if (wish.lists)
        return list();
    const insightd::testing::ScratchFolder folder;
    const insightd::testing::SmallDisk disk{folder.path() / "disk", "24m"};
    wish.ground.full_disk = disk.place();
    return Torture{wish}.run();
}
