#include "daemon/status_page/layout.hpp"

#include "daemon/status_page/words.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace insightd::status_page
{
namespace
{

Html head(std::string_view title)
{
    return element(
        "head",
        joined(
            element("meta", {{"charset", "utf-8"}}, {}),
            element(
                "meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}},
                {}),
            element("meta", {{"name", "robots"}, {"content", "noindex"}}, {}),
            element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}, {}),
            element("title", title)));
}

Html header(const DaemonNow& now)
{
    return element(
        "header", joined(
                      element("a", {{"class", "name"}, {"href", "/"}}, "insightd"),
                      element(
                          "span", {{"class", "soft"}},
                          moment(now.now) + (now.is_stepped ? " UTC, simulated" : " UTC"))));
}

Html footer(const DaemonNow& now)
{
    return element(
        "footer", joined(
                      element("a", {{"href", "/metrics"}}, "Metrics"),
                      element("a", {{"href", "/readyz"}}, "Readiness"),
                      element("span", "insightd " + now.version + ". All times are UTC.")));
}

std::string class_of(const Column& column)
{
    switch (column.kind) {
    case Column::Kind::brief:
        return "brief";
    case Column::Kind::number:
        return "num";
    case Column::Kind::words:
        break;
    }
    return "words";
}

constexpr std::string_view before_style = "<style>";

struct Sign {
    std::string_view colour, sign, word;
};

Sign sign_of(Level level)
{
    switch (level) {
    case Level::stopped:
        return {"mark bad", "■", "stopped"};
    case Level::needs_you:
        return {"mark bad", "▲", "needs you"};
    case Level::attention:
        return {"mark warn", "△", "soon"};
    case Level::trying:
        return {"mark warn", "↻", "tries again"};
    case Level::waits:
        return {"mark warn", "◷", "waits"};
    case Level::unknown:
        return {"mark soft", "○", "not yet"};
    case Level::well:
        break;
    }
    return {"mark good", "●", "well"};
}

} // namespace

std::string whole_page(const DaemonNow& now, std::string_view title, const Html& content)
{
    // The style is the source's own, and quotes in it must stay: it is not escaped.
    auto page =
        "<!DOCTYPE html>\n" +
        element(
            "html", {{"lang", "en"}},
            joined(
                head(title),
                element("body", joined(header(now), element("main", content), footer(now)))))
            .markup() +
        "\n";
    const auto end_of_head = page.find("</head>");
    page.insert(end_of_head, fmt::format("{}{}</style>", before_style, style()));
    return page;
}

const std::string& content_security_policy()
{
    static const std::string policy = [] {
        const auto css = style();
        std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
        crypto_hash_sha256(
            hash.data(), reinterpret_cast<const unsigned char*>(css.data()), css.size());
        std::array<char, 64> text{};
        sodium_bin2base64(
            text.data(), text.size(), hash.data(), hash.size(), sodium_base64_VARIANT_ORIGINAL);
        return fmt::format(
            "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'",
            text.data());
    }();
    return policy;
}

Html table(
    std::string_view caption, const std::vector<Column>& columns,
    const std::vector<std::vector<Html>>& rows)
{
    Html titles;
    for (const auto& column : columns)
        titles += element(
            "th", {{"scope", "col"}, {"role", "columnheader"}, {"class", class_of(column)}},
            column.title);
    Html body;
    for (const auto& row : rows) {
        Html cells;
        for (std::size_t at = 0; at < row.size(); ++at)
            cells += at == 0 ? element("th", {{"scope", "row"}, {"role", "rowheader"}}, row[at])
                             : element(
                                   "td",
                                   {{"role", "cell"},
                                    {"data-label", columns[at].title},
                                    {"class", class_of(columns[at])}},
                                   row[at].is_empty() ? Html{} : element("div", row[at]));
        body += element("tr", {{"role", "row"}}, cells);
    }
    return element(
        "div", {{"class", "card"}},
        element(
            "table", {{"class", "stack"}, {"role", "table"}},
            joined(
                element("caption", caption),
                element("thead", {{"role", "rowgroup"}}, element("tr", {{"role", "row"}}, titles)),
                element("tbody", {{"role", "rowgroup"}}, body))));
}

Html mark(Level level)
{
    const auto [colour, sign, word] = sign_of(level);
    return element(
        "span", {{"class", std::string{colour}}},
        joined(element("span", {{"aria-hidden", "true"}}, sign), word));
}

Html mend(std::string_view words)
{
    if (words.empty())
        return {};
    if (is_command(words))
        return element("p", {{"class", "mend"}}, joined("Type ", element("code", words)));
    return element("p", {{"class", "mend"}}, joined("To do: ", foreign(words)));
}

Html quoted(std::string_view words)
{
    return words.empty() ? Html{} : element("p", {{"class", "quoted"}}, foreign(words));
}

Html folded(const std::string& summary, const Html& content)
{
    return element("details", joined(element("summary", summary), content));
}

Html notice_of_outage(
    const DaemonNow& now, const std::string& why_not, std::optional<model::Instant> as_of)
{
    if (why_not.empty())
        return {};
    const auto what = as_of ? "What it told last is shown: " + ago(as_of, now.now) + "."
                            : "Only what the daemon knows itself is shown.";
    return element(
        "div", {{"class", "need attention"}, {"role", "status"}},
        joined(
            element("h2", {{"class", "warn"}}, "The database does not answer"), element("p", what),
            quoted(why_not)));
}

std::string gap_words(const model::ShownGap& gap)
{
    const auto what = collector_words(gap.collector);
    if (gap.kind == "day" && gap.day)
        return what + ", " + day(*gap.day);
    if (gap.kind == "story")
        return "a story";
    if (gap.kind == "loss")
        return what + ", rows lost";
    return what;
}

Html when(const std::optional<model::Instant>& instant, model::Instant now)
{
    if (!instant)
        return "never";
    return element("span", {{"title", moment(*instant) + " UTC"}}, from_now(*instant, now));
}

Html gap_table(const std::vector<model::ShownGap>& gaps, model::Instant now)
{
    std::vector<std::vector<Html>> rows;
    for (const auto& gap : gaps)
        rows.push_back(
            {capitalized(gap_words(gap)), moment(gap.begins_at),
             gap.ends_at ? Html{moment(*gap.ends_at)}
                         : joined("lasts, since ", span(now - gap.begins_at)),
             gap.is_lost ? "lost for good" : "will be read", quoted(gap.reason)});
    return table(
        "Gaps",
        {{"What"},
         {"From", Column::Kind::brief},
         {"To", Column::Kind::brief},
         {"State", Column::Kind::brief},
         {"Why"}},
        rows);
}

} // namespace insightd::status_page
