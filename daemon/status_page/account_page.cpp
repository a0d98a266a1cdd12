#include "daemon/status_page/layout.hpp"
#include "daemon/status_page/pages.hpp"
#include "daemon/status_page/series.hpp"
#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::status_page
{
namespace
{

constexpr std::size_t most_gaps = 10;

using Rows = std::vector<std::vector<Html>>;

const Standing& standing_named(const std::vector<Standing>& all, std::string_view name)
{
    return *std::ranges::find(all, name, &Standing::name);
}

Html need(const Standing& standing)
{
    if (standing.level > Level::trying)
        return {};
    return element(
        "section", {{"class", standing.level <= Level::needs_you ? "need" : "need attention"}},
        joined(
            element("p", joined(mark(standing.level), ": ", standing.words)),
            quoted(standing.error), mend(standing.mend)));
}

void add_fact(Html& list, std::string_view name, const Html& value)
{
    list += element("dt", name);
    list += element("dd", value);
}

std::string budget_words(const Budget& budget)
{
    auto text = counted(budget.calls_in_hour, "call", "calls") + " in the last hour";
    if (budget.account_percent)
        text += fmt::format(", {} of the account's limit", percent(budget.account_percent));
    if (budget.app_percent)
        text += fmt::format(", {} of the app's", percent(budget.app_percent));
    if (budget.blocked_until)
        text +=
            fmt::format(". The platform takes no call until {} UTC", moment(*budget.blocked_until));
    return text;
}

Html token_words(const Token& token, model::Instant now)
{
    const auto works = token.state == "needs_login" ? "needs a login" : "works";
    if (!token.expires_at)
        return works;
    return joined(works, ", ends ", when(token.expires_at, now));
}

Html facts(const Standing& standing, const Stored<model::ShownAccount>& stored, model::Instant now)
{
    Html list;
    add_fact(list, "State", mark(standing.level));
    if (stored.facts && !stored.facts->username.empty())
        add_fact(list, "On the platform", foreign("@" + stored.facts->username));
    add_fact(list, "Last read", when(standing.read_at, now));
    if (standing.token && !standing.token->state.empty())
        add_fact(list, "Token", token_words(*standing.token, now));
    add_fact(list, "Budget", budget_words(standing.budget));
    add_fact(list, "Open stories", number(standing.stories_open));
    add_fact(
        list, "Gaps",
        number(standing.gaps_open) + " to be read yet, " + number(standing.gaps_lost) +
            " lost for good");
    if (!standing.owner.empty())
        add_fact(list, "Collected by", standing.owner);
    return element("dl", {{"class", "facts"}}, list);
}

Html state_words(const model::Health& row, const std::string& advice)
{
    if (row.state == "off")
        return "switched off";
    if (row.state == "never_run")
        return "not yet";
    if (row.state != "failing")
        return element("span", {{"class", "good"}}, "● well");
    return joined(
        element("span", {{"class", "warn"}}, "↻ "), failure_words(row.error_class),
        quoted(row.error), mend(advice));
}

Html collectors(const DaemonNow& now, model::AccountId id, const Stored<model::ShownAccounts>& all)
{
    if (!all.facts)
        return {};
    Rows rows;
    for (const auto& row : all.facts->health) {
        if (row.account_id != id)
            continue;
        rows.push_back(
            {capitalized(collector_words(row.collector)),
             state_words(row, now.advice ? now.advice(id, row) : ""),
             when(row.last_success_at, now.now),
             row.state == "off" ? Html{"–"} : when(row.next_due_at, now.now)});
    }
    if (rows.empty())
        return {};
    return joined(
        element("h2", "What is read"), table(
                                           "Collectors",
                                           {{"What"},
                                            {"State"},
                                            {"Last read", Column::Kind::brief},
                                            {"Next", Column::Kind::brief}},
                                           rows));
}

Html charts(const model::ShownAccount& account, model::Instant now)
{
    Html all;
    for (const auto& chart : charts_of(account, now))
        all += drawn(chart);
    return joined(element("h2", "Collected"), element("div", {{"class", "charts"}}, all));
}

/// One line of a caption.
std::string beginning_of(const std::string& caption)
{
    constexpr std::size_t most = 60; // bytes
    auto line = caption.substr(0, caption.find('\n'));
    if (line.size() <= most)
        return line;
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
        --end; // never within a letter
    return line.substr(0, end) + "…";
}

Html state_of(const model::ShownPost& post, model::Instant now)
{
    if (post.expires_at && *post.expires_at > now)
        return joined("open, ends ", when(post.expires_at, now));
    if (!post.story_state.empty())
        return joined(post.story_state, quoted(post.story_reason));
    if (post.presence == "gone")
        return "deleted";
    if (post.presence == "suspect")
        return "may be deleted";
    if (post.presence == "hidden")
        return "hidden";
    return "read " + ago(post.checked_at, now);
}

Html posts(const std::string& account, const std::vector<model::ShownPost>& all, model::Instant now)
{
    if (all.empty())
        return {};
    Rows rows;
    for (const auto& post : all) {
        const auto caption = beginning_of(post.caption);
        rows.push_back(
            {local_link(
                 {"account", account, "media", std::to_string(post.id)},
                 joined(product_words(post.product_type), ", ", moment(post.published_at))),
             caption.empty() ? Html{} : foreign(caption), number(post.views), number(post.reach),
             number(post.likes), number(post.comments), state_of(post, now)});
    }
    return joined(
        element("h2", "Newest posts and stories"), table(
                                                       "Newest posts and stories",
                                                       {{"Published"},
                                                        {"Caption"},
                                                        {"Views", Column::Kind::number},
                                                        {"Reach", Column::Kind::number},
                                                        {"Likes", Column::Kind::number},
                                                        {"Comments", Column::Kind::number},
                                                        {"State"}},
                                                       rows));
}

Html gaps(const std::vector<model::ShownGap>& all, model::Instant now)
{
    if (all.empty())
        return {};
    const auto first = std::min(all.size(), most_gaps);
    const std::vector<model::ShownGap> shown{
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first)};
    const std::vector<model::ShownGap> rest{
        all.begin() + static_cast<std::ptrdiff_t>(first), all.end()};
    auto section = joined(element("h2", "Gaps"), gap_table(shown, now));
    if (!rest.empty())
        section += folded(fmt::format("{} more", rest.size()), gap_table(rest, now));
    return section;
}

} // namespace

std::string account_page(
    const DaemonNow& now, std::string_view name, const Stored<model::ShownAccounts>& all,
    const Stored<model::ShownAccount>& stored)
{
    const auto standings = standings_of(now, all);
    const auto& standing = standing_named(standings, name);
    const auto as_of = stored.facts ? std::optional{stored.as_of} : std::nullopt;
    auto content = element("h1", foreign(name));
    content += element(
        "div", {{"class", "needs"}},
        joined(need(standing), notice_of_outage(now, stored.why_not, as_of)));
    content += facts(standing, stored, now.now);
    content += collectors(now, standing.id, all);
    if (stored.facts) {
        content += charts(*stored.facts, now.now);
        content += posts(standing.name, stored.facts->posts, now.now);
        content += gaps(stored.facts->gaps, now.now);
    }
    return whole_page(now, std::string{name} + " – insightd", content);
}

} // namespace insightd::status_page
