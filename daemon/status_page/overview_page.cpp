#include "daemon/status_page/layout.hpp"
#include "daemon/status_page/needs.hpp"
#include "daemon/status_page/pages.hpp"
#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace insightd::status_page
{
namespace
{

constexpr std::size_t most_rows = 25;     ///< of accounts that are well
constexpr std::size_t most_troubled = 60; ///< of others
constexpr std::size_t most_found = 100;
constexpr std::size_t most_stories = 10;
constexpr std::size_t most_gaps = 8;
constexpr std::size_t most_errors = 12;

using Rows = std::vector<std::vector<Html>>;

/// A list of which most may be long: the first rows, the rest unfolded on demand.
Html short_table(
    std::string_view caption, const std::vector<Column>& columns, Rows rows, std::size_t most)
{
    if (rows.size() <= most + 2) // who unfolds wants to see more than that
        return table(caption, columns, rows);
    Rows rest{
        std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(most)),
        std::make_move_iterator(rows.end())};
    rows.resize(most);
    const auto words = fmt::format("{} more", rest.size());
    return joined(table(caption, columns, rows), folded(words, table(caption, columns, rest)));
}

Html tile(std::string_view title, const Html& value, const Html& more)
{
    return element(
        "div", joined(element("dt", title), element("dd", joined(value, element("small", more)))));
}

Html tile_of_database(const DaemonNow& now)
{
    const auto waiting = counted(now.spool_rows, "row waits", "rows wait");
    if (!now.database_is_up)
        return tile(
            "Database", element("span", {{"class", "bad"}}, "▲ away"),
            (now.spool_rows > 0
                 ? waiting + " in the spool, the oldest of " + ago(now.spool_oldest, now.now)
                 : "rows go to the spool") +
                dropped_words(now));
    return tile(
        "Database", element("span", {{"class", "good"}}, "● takes rows"),
        (now.spool_rows > 0 ? "spool: " + waiting : "spool: empty") + dropped_words(now));
}

Html tile_of_accounts(const DaemonNow& now, const std::vector<Standing>& all)
{
    const auto well = count_of(all, Level::well);
    const auto more =
        now.instances > 1 ? fmt::format("well; {} instances share them", now.instances) : "well";
    return tile("Accounts", fmt::format("{} of {}", well, all.size()), more);
}

Html tile_of_stories(const DaemonNow& now, const OpenStories& stories)
{
    if (stories.first.empty())
        return tile("Open stories", number(stories.all), "none is alive");
    return tile(
        "Open stories", number(stories.all),
        "the next ends " + from_now(stories.first.front().expires_at, now.now));
}

Html tile_of_gaps(const std::vector<Standing>& all, bool is_known)
{
    if (!is_known)
        return tile("Gaps", "–", "the database did not tell them in time");
    std::int64_t open = 0, lost = 0;
    for (const auto& standing : all) {
        open += standing.gaps_open;
        lost += standing.gaps_lost;
    }
    return tile("Gaps", number(open), "to be read yet; " + number(lost) + " lost for good");
}

Html tile_of_budget(const std::vector<Standing>& all)
{
    std::optional<double> app, account;
    std::int64_t calls = 0;
    for (const auto& standing : all) {
        app = std::max(app, standing.budget.app_percent);
        account = std::max(account, standing.budget.account_percent);
        calls += standing.budget.calls_in_hour;
    }
    const auto highest = std::max(app, account);
    return tile(
        "Budget used", percent(highest),
        highest ? "of the nearest limit; " + counted(calls, "call", "calls") + " in the last hour"
                : counted(calls, "call", "calls") + " in the last hour; no limit told yet");
}

Html tiles(
    const DaemonNow& now, const std::vector<Standing>& all, const OpenStories& stories,
    bool is_told)
{
    return element(
        "dl", {{"class", "tiles"}},
        joined(
            tile_of_database(now), tile_of_accounts(now, all), tile_of_stories(now, stories),
            tile_of_gaps(all, is_told), tile_of_budget(all)));
}

Html search(std::string_view searched)
{
    return element(
        "form", {{"action", "/"}, {"method", "get"}, {"role", "search"}},
        joined(
            element("label", {{"for", "q"}}, "Find an account"),
            element(
                "input",
                {{"id", "q"},
                 {"name", "q"},
                 {"type", "search"},
                 {"maxlength", "100"},
                 {"value", std::string{searched}}},
                {}),
            element("button", {{"type", "submit"}}, "Find"),
            searched.empty() ? Html{} : element("a", {{"href", "/"}}, "All accounts")));
}

std::string token_words(const std::optional<Token>& token, model::Instant now)
{
    if (!token || token->state.empty())
        return "–";
    if (token->state == "needs_login")
        return "needs a login";
    if (!token->expires_at)
        return "works";
    return *token->expires_at > now ? span(*token->expires_at - now) + " left" : "has ended";
}

std::string gaps_words(const Standing& standing)
{
    if (standing.gaps_open == 0 && standing.gaps_lost == 0)
        return "–";
    if (standing.gaps_lost == 0)
        return number(standing.gaps_open) + " open";
    if (standing.gaps_open == 0)
        return number(standing.gaps_lost) + " lost";
    return number(standing.gaps_open) + " open, " + number(standing.gaps_lost) + " lost";
}

std::vector<Html> row_of(const Standing& standing, model::Instant now)
{
    const auto used = std::max(standing.budget.account_percent, standing.budget.app_percent);
    auto words = element("span", standing.words);
    if (!standing.owner.empty())
        words += element("span", {{"class", "soft"}}, ", by " + standing.owner);
    return {
        local_link({"account", standing.name}, foreign(standing.name)),
        mark(standing.level),
        words,
        when(standing.read_at, now),
        token_words(standing.token, now),
        percent(used),
        number(standing.stories_open),
        gaps_words(standing)};
}

Html account_table(const std::vector<Standing>& some, model::Instant now)
{
    Rows rows;
    for (const auto& standing : some)
        rows.push_back(row_of(standing, now));
    return table(
        "Accounts, those first that need you",
        {{"Account"},
         {"State", Column::Kind::brief},
         {"What"},
         {"Last read", Column::Kind::brief},
         {"Token", Column::Kind::brief},
         {"Budget", Column::Kind::number},
         {"Stories", Column::Kind::number},
         {"Gaps", Column::Kind::number}},
        rows);
}

/// Names alone: hundreds of rows say no more than that all is well.
Html name_list(const std::vector<Standing>& some)
{
    Html lines;
    for (const auto& standing : some)
        lines += element(
            "li", joined(
                      mark(standing.level), " ",
                      local_link({"account", standing.name}, foreign(standing.name))));
    return element("ul", {{"class", "names"}}, lines);
}

std::size_t rows_to_show(const std::vector<Standing>& all, bool is_search)
{
    if (is_search)
        return std::min(all.size(), most_found);
    const auto troubled = all.size() - count_of(all, Level::well);
    const auto most = std::clamp(troubled, most_rows, most_troubled);
    return all.size() <= most + 2 ? all.size() : most;
}

Html account_list(const std::vector<Standing>& all, bool is_search, model::Instant now)
{
    const auto shown = static_cast<std::ptrdiff_t>(rows_to_show(all, is_search));
    const std::vector<Standing> first{all.begin(), all.begin() + shown};
    const std::vector<Standing> rest{all.begin() + shown, all.end()};
    auto content = account_table(first, now);
    if (!rest.empty()) {
        const auto well = count_of(rest, Level::well);
        content += folded(
            well == rest.size() ? accounts_counted(rest.size()) + " more, all well"
                                : accounts_counted(rest.size()) + " more",
            name_list(rest));
    }
    return content;
}

Html accounts_section(
    const std::vector<Standing>& all, std::string_view searched, model::Instant now)
{
    constexpr std::size_t few = 12; // these are found without a search
    auto section = element("h2", {{"id", "accounts"}}, "Accounts");
    if (all.size() > few || !searched.empty())
        section += search(searched);
    const auto some = named_like(all, searched);
    if (!searched.empty())
        section += element(
            "p", {{"class", "soft"}},
            joined(
                fmt::format("{} of {} have “", some.size(), accounts_counted(all.size())),
                foreign(searched), "” in their name."));
    if (!some.empty())
        section += account_list(some, !searched.empty(), now);
    return section;
}

Html stories_section(const DaemonNow& now, const OpenStories& stories)
{
    if (stories.first.empty())
        return {};
    Rows rows;
    for (const auto& story : stories.first)
        rows.push_back(
            {local_link({"account", story.account}, foreign(story.account)),
             local_link(
                 {"account", story.account, "media", std::to_string(story.id)},
                 "of " + moment(story.published_at)),
             when(story.expires_at, now.now), when(story.answered_at, now.now)});
    auto section = element("h2", "Open stories");
    section += short_table(
        "Open stories, those first that end first",
        {{"Account"},
         {"Story", Column::Kind::brief},
         {"Ends", Column::Kind::brief},
         {"Last answer", Column::Kind::brief}},
        std::move(rows), most_stories);
    if (stories.all > std::ssize(stories.first))
        section += element(
            "p", {{"class", "soft"}},
            fmt::format("{} more end later.", number(stories.all - std::ssize(stories.first))));
    return section;
}

Html errors_section(const std::vector<Standing>& all, model::Instant now)
{
    Rows rows;
    for (const auto& standing : all)
        for (const auto& failing : standing.failing)
            rows.push_back(
                {local_link({"account", standing.name}, foreign(standing.name)),
                 capitalized(collector_words(failing.collector)),
                 joined(failing.words, quoted(failing.error)),
                 failing.mend.empty() ? Html{"nothing: it tries again"} : mend(failing.mend),
                 when(failing.next_try, now)});
    if (rows.empty())
        return {};
    constexpr std::size_t most_kept = 100;
    rows.resize(std::min(rows.size(), most_kept));
    return joined(
        element("h2", "Last errors"), short_table(
                                          "Last errors",
                                          {{"Account"},
                                           {"Reading"},
                                           {"What happened"},
                                           {"What to do"},
                                           {"Next try", Column::Kind::brief}},
                                          std::move(rows), most_errors));
}

std::string name_in(const DaemonNow& now, model::AccountId id)
{
    const auto found = std::ranges::find(now.accounts, id, &AccountNow::id);
    return found != now.accounts.end() ? found->name : std::to_string(id);
}

Html newest_words(const model::ShownGap& gap)
{
    const auto what = capitalized(gap_words(gap));
    if (gap.day) // which is said
        return what;
    return joined(what, element("span", {{"class", "soft"}}, ", from " + moment(gap.begins_at)));
}

Html gaps_section(const DaemonNow& now, const Stored<model::ShownAccounts>& stored)
{
    if (!stored.facts || !stored.facts->gaps || stored.facts->gaps->empty())
        return {};
    auto gaps = *stored.facts->gaps;
    std::ranges::sort(gaps, [](const auto& left, const auto& right) {
        return std::tie(left.newest.begins_at, left.account_id) >
               std::tie(right.newest.begins_at, right.account_id);
    });
    Rows rows;
    for (const auto& gap : gaps) {
        const auto name = name_in(now, gap.account_id);
        rows.push_back(
            {local_link({"account", name}, foreign(name)), number(gap.open), number(gap.lost),
             newest_words(gap.newest), quoted(gap.newest.reason)});
    }
    return joined(
        element("h2", "Gaps"), short_table(
                                   "Gaps by account",
                                   {{"Account"},
                                    {"To be read", Column::Kind::number},
                                    {"Lost", Column::Kind::number},
                                    {"Newest"},
                                    {"Why"}},
                                   std::move(rows), most_gaps));
}

} // namespace

std::string overview_page(
    const DaemonNow& now, const Stored<model::ShownAccounts>& stored, std::string_view searched)
{
    const auto all = standings_of(now, stored);
    const auto stories = open_stories_of(now, stored);
    const auto as_of = stored.facts ? std::optional{stored.as_of} : std::nullopt;
    const auto title = headline(now, all);
    Html content = element("h1", title);
    if (searched.empty()) {
        content += needs(now, all);
        content += notice_of_outage(now, stored.why_not, as_of);
        content += tiles(now, all, stories, stored.facts && stored.facts->gaps);
    }
    content += accounts_section(all, searched, now.now);
    if (searched.empty()) {
        content += stories_section(now, stories);
        content += errors_section(all, now.now);
        content += gaps_section(now, stored);
    }
    return whole_page(now, title + " – insightd", content);
}

std::string message_page(const DaemonNow& now, std::string_view title, std::string_view words)
{
    const auto content = joined(
        element("h1", title), element("p", words),
        element("p", element("a", {{"href", "/"}}, "All accounts")));
    return whole_page(now, std::string{title} + " – insightd", content);
}

} // namespace insightd::status_page
