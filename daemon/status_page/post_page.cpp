#include "daemon/status_page/layout.hpp"
#include "daemon/status_page/pages.hpp"
#include "daemon/status_page/series.hpp"
#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::status_page
{
namespace
{

using Rows = std::vector<std::vector<Html>>;

void add_fact(Html& list, std::string_view name, const Html& value)
{
    if (value.is_empty())
        return;
    list += element("dt", name);
    list += element("dd", value);
}

std::string presence_words(std::string_view presence)
{
    if (presence == "listed")
        return "";
    if (presence == "hidden")
        return "it left the list of posts and answers all the same: archived, perhaps";
    if (presence == "suspect")
        return "it may be deleted: that is not proven yet";
    if (presence == "gone")
        return "deleted; its numbers stay as they were last";
    return std::string{presence};
}

/// How a story ended, or when it will.
Html story_words(const model::ShownPost& post, model::Instant now)
{
    if (!post.expires_at)
        return {};
    if (*post.expires_at > now)
        return joined("alive, ends ", when(post.expires_at, now));
    if (post.story_state == "final")
        return "ended; read in its last minutes";
    if (post.story_state == "webhook")
        return "ended; the platform pushed its last numbers";
    if (post.story_state == "missed")
        return joined("ended; its last numbers were missed", quoted(post.story_reason));
    return joined("ended ", when(post.expires_at, now));
}

Html facts(const model::ShownPost& post, std::string_view account, model::Instant now)
{
    Html list;
    add_fact(list, "Account", local_link({"account", account}, foreign(account)));
    add_fact(
        list, "Published",
        joined(moment(post.published_at), " UTC, ", when(post.published_at, now)));
    add_fact(list, "Story", story_words(post, now));
    add_fact(list, "Numbers of", when(post.checked_at, now));
    add_fact(list, "Presence", presence_words(post.presence));
    if (!post.caption.empty())
        add_fact(list, "Caption", element("div", {{"class", "caption"}}, foreign(post.caption)));
    if (!post.permalink.empty())
        add_fact(list, "Link", outside_link(post.permalink, foreign(post.permalink)));
    return element("dl", {{"class", "facts"}}, list);
}

Html numbers(const model::ShownPost& post)
{
    struct Line {
        std::string_view title, metric;
        const model::Count& value;
    };
    const std::array lines{
        Line{"Views", "views", post.views},
        Line{"Reach", "reach", post.reach},
        Line{"Likes", "likes", post.likes},
        Line{"Comments", "comments", post.comments},
        Line{"Saves", "saved", post.saved},
        Line{"Shares", "shares", post.shares},
        Line{"Interactions", "total_interactions", post.interactions}};
    Html tiles;
    for (const auto& line : lines) {
        const auto why = line.value ? std::string{} : absence_words(post.absent, line.metric);
        tiles += element(
            "div",
            joined(
                element("dt", line.title),
                element(
                    "dd",
                    joined(number(line.value), why.empty() ? Html{} : element("small", why)))));
    }
    return element("dl", {{"class", "tiles"}}, tiles);
}

Html charts(const model::ShownPostHistory& post, model::Instant now)
{
    Html all;
    for (const auto& chart : charts_of(post, now))
        all += drawn(chart);
    auto section = joined(element("h2", "As it grew"), element("div", {{"class", "charts"}}, all));
    if (std::ssize(post.readings) < post.readings_stored)
        section += element(
            "p", {{"class", "soft"}},
            fmt::format(
                "{} of {} stored readings are drawn.", post.readings.size(),
                number(post.readings_stored)));
    return section;
}

Html history(const model::ShownPostHistory& post, std::string_view account, model::Instant now)
{
    auto content = facts(post.post, account, now);
    content += element("h2", "Newest numbers");
    content += numbers(post.post);
    content += charts(post, now);
    if (!post.gaps.empty())
        content += joined(element("h2", "Gaps"), gap_table(post.gaps, now));
    return content;
}

} // namespace

std::string post_page(
    const DaemonNow& now, std::string_view account, std::string_view id,
    const Stored<model::ShownPostHistory>& stored)
{
    const auto what = stored.facts ? product_words(stored.facts->post.product_type) : "Media";
    const auto title = fmt::format("{} {}", what, id);
    const auto as_of = stored.facts ? std::optional{stored.as_of} : std::nullopt;
    auto content = element("h1", title);
    content += notice_of_outage(now, stored.why_not, as_of);
    if (stored.facts)
        content += history(*stored.facts, account, now.now);
    else
        content += element("p", joined(local_link({"account", account}, foreign(account))));
    return whole_page(now, title + " – insightd", content);
}

} // namespace insightd::status_page
