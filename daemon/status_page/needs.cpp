#include "daemon/status_page/needs.hpp"

#include "daemon/status_page/layout.hpp"
#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::status_page
{
namespace
{

constexpr std::size_t most_accounts = 8;

/// What the daemon needs for itself: time does not heal it.
struct Need {
    std::string_view of; ///< "clock"
    std::string words;
    std::string quoted; ///< others' words; may be empty
    std::string mend;
};

using Needs = std::vector<Need>;

void add_spool_trouble(const DaemonNow& now, Needs& all)
{
    if (now.spool_trouble == SpoolTrouble::none)
        return;
    const std::string words =
        now.spool_trouble == SpoolTrouble::full
            ? "The spool on this machine is full: rows are dropped, those first that can be read "
              "again"
            : "The spool on this machine cannot be written: rows stay in memory while the database "
              "is away";
    all.push_back(
        {"spool", words + dropped_words(now), "",
         "see that the database runs, and that the disk of state_dir has room"});
}

/// Nobody can say "seen" to it: it is shown for a day.
void add_damage(const DaemonNow& now, Needs& all)
{
    if (now.spool_damaged_at && now.now < *now.spool_damaged_at + std::chrono::hours{24})
        all.push_back(
            {"spool",
             fmt::format(
                 "The spool on this machine was found damaged, cut off or removed {}; what could "
                 "be "
                 "read of it went on.",
                 ago(now.spool_damaged_at, now.now)),
             "",
             "see that nobody removes it, and that the disk is sound; SELECT * FROM store.loss "
             "says "
             "what is missing"});
}

void add_kept_aside(const DaemonNow& now, Needs& all)
{
    if (now.spool_set_aside > 0)
        all.push_back(
            {"spool",
             fmt::format(
                 "{} aside: damaged, or refused by the database; the others go on",
                 counted(now.spool_set_aside, "record is kept", "records are kept")),
             "",
             "report what rows_refused in the log says of them, then remove them: "
             "deploy/docs/spool.md"});
}

void add_clock(const DaemonNow& now, Needs& all)
{
    if (now.machine_ahead == std::chrono::microseconds::zero())
        return;
    const bool is_ahead = now.machine_ahead > std::chrono::microseconds::zero();
    all.push_back(
        {"clock",
         fmt::format(
             "This machine's clock is {} {}; the platform's time is gone by.",
             span(std::chrono::abs(now.machine_ahead)), is_ahead ? "ahead" : "behind"),
         "", "timedatectl set-ntp true"});
}

/// What is collected is not what the file says: nobody would see it otherwise.
void add_configuration(const DaemonNow& now, Needs& all)
{
    if (!now.config_trouble.empty())
        all.push_back(
            {"configuration", "The file has a mistake; everything goes on as configured before.",
             now.config_trouble, "correct the file, and save it"});
    if (!now.config_waits.empty())
        all.push_back(
            {"configuration", "These keys were changed, and are read at a start only:",
             now.config_waits, "systemctl restart insightd"});
}

Needs needs_of_daemon(const DaemonNow& now)
{
    Needs all;
    for (const auto add :
         {add_spool_trouble, add_damage, add_kept_aside, add_clock, add_configuration})
        add(now, all);
    return all;
}

std::size_t accounts_in_need(const std::vector<Standing>& all)
{
    return count_of(all, Level::stopped) + count_of(all, Level::needs_you) +
           count_of(all, Level::attention);
}

/// "2 accounts, the clock and the configuration need you"; empty if nobody is needed.
std::string who_needs_you(const DaemonNow& now, const std::vector<Standing>& all)
{
    std::vector<std::string> who;
    const auto accounts = accounts_in_need(all);
    if (accounts > 0)
        who.push_back(accounts_counted(accounts));
    for (const auto& need : needs_of_daemon(now)) {
        auto name = fmt::format("the {}", need.of);
        if (std::ranges::find(who, name) == who.end())
            who.push_back(std::move(name));
    }
    std::string sentence;
    for (std::size_t at = 0; at < who.size(); ++at)
        sentence += (at == 0 ? "" : at + 1 == who.size() ? " and " : ", ") + who[at];
    if (who.empty())
        return sentence;
    const bool is_one = who.size() == 1 && accounts <= 1;
    return sentence + (is_one ? " needs you" : " need you");
}

Html card(Level level, const Html& of, const Html& content)
{
    const bool is_bad = level <= Level::needs_you;
    return element(
        "section", {{"class", is_bad ? "need" : "need attention"}},
        joined(element("h2", joined(mark(level), ": ", of)), content));
}

Html card_of(const Need& need)
{
    return card(
        Level::needs_you, need.of,
        joined(element("p", need.words), quoted(need.quoted), mend(need.mend)));
}

Html card_of(const Standing& standing)
{
    return card(
        standing.level, local_link({"account", standing.name}, foreign(standing.name)),
        joined(element("p", standing.words), quoted(standing.error), mend(standing.mend)));
}

} // namespace

std::string headline(const DaemonNow& now, const std::vector<Standing>& all)
{
    const auto needed = who_needs_you(now, all);
    if (now.spool_trouble != SpoolTrouble::none)
        return "Numbers are in danger: " + needed;
    if (!needed.empty())
        return capitalized(needed);
    if (!now.database_is_up)
        return "The database is away";
    const auto troubled = count_of(all, Level::trying) + count_of(all, Level::waits);
    if (troubled > 0)
        return fmt::format(
            "Nothing needs you; {} {} a little", accounts_counted(troubled),
            troubled == 1 ? "waits" : "wait");
    if (count_of(all, Level::well) < all.size())
        return "Collecting begins";
    return all.size() == 1 ? "The account is collected"
                           : "All " + accounts_counted(all.size()) + " are collected";
}

std::string dropped_words(const DaemonNow& now)
{
    if (now.spool_dropped == 0)
        return {};
    return fmt::format(
        "; {} since the start", counted(now.spool_dropped, "row was dropped", "rows were dropped"));
}

Html needs(const DaemonNow& now, const std::vector<Standing>& all)
{
    Html cards;
    for (const auto& need : needs_of_daemon(now))
        cards += card_of(need);
    const auto accounts = accounts_in_need(all); // they come first
    for (std::size_t at = 0; at < std::min(accounts, most_accounts); ++at)
        cards += card_of(all[at]);
    if (accounts > most_accounts)
        cards += element(
            "p", fmt::format(
                     "and {} more, first in the list below",
                     accounts_counted(accounts - most_accounts)));
    return cards.is_empty() ? cards : element("div", {{"class", "needs"}}, cards);
}

} // namespace insightd::status_page
