#include "collectors/tags.hpp"

#include "collectors/graph/page_size.hpp"
#include "collectors/graph/paging.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <set>

namespace insightd::collectors
{
namespace
{

constexpr std::array fields{
    Field{"id"},
    Field{"caption"},
    Field{"media_type"},
    Field{"media_product_type"},
    Field{"permalink"},
    Field{"timestamp"},
    Field{"username"},
    Field{"like_count"},
    Field{"comments_count"}};

constexpr std::size_t rows_of_page = 100;

/// Of one poll: two thousand media.
constexpr std::size_t most_pages = 20;

/// A cursor without a next page, as this list has them.
std::optional<std::string> bare_cursor(const json::value& body)
{
    const auto* paging = member(body, "paging");
    const auto* cursors = paging != nullptr ? member(*paging, "cursors") : nullptr;
    return cursors != nullptr ? text_in(*cursors, "after") : std::nullopt;
}

/// The way through the list of one poll.
struct Reading {
    Collected collected;
    graph::PageSize size{rows_of_page};
    std::string after;
    std::set<std::string> cursors; ///< that led here: one that comes again ends the list
    std::set<model::MediaId> seen;
    std::size_t pages = 0;

    graph::Request request(const config::Account& account, const std::vector<std::string>& names)
    {
        graph::Request asked{
            std::to_string(account.user_id) + "/tags",
            {{"fields", joined(names)}, {"limit", std::to_string(size.rows())}}};
        if (!after.empty())
            asked.params.emplace_back("after", after);
        return asked;
    }

    /// Whether the list goes on.
    bool take(const json::value& body, const PublicRules& rules, model::Instant now)
    {
        const auto page = decode_tags(body);
        if (!page) {
            collected.failure = page.error();
            return false;
        }
        size.worked();
        ++pages;
        for (const auto& row : page->rows)
            if (seen.insert(row.id).second)
                collected.rows.tags.push_back(tagged_row(row, rules, now));
        if (!page->after || !cursors.insert(*page->after).second)
            return false;
        after = *page->after;
        return true;
    }
};

} // namespace

graph::Outcome<TaggedPage> decode_tags(const boost::json::value& body)
{
    const auto* rows = array_in(body, "data");
    if (rows == nullptr)
        return malformed("a list of tagged media without `data`");
    TaggedPage page;
    for (const auto& row : *rows) {
        auto media = decode_public_media(row);
        if (!media)
            return media.error();
        page.rows.push_back(std::move(*media));
    }
    auto after = graph::next_cursor(body);
    if (!after)
        return after.error();
    page.after = std::move(*after);
    if (!page.after && !page.rows.empty())
        page.after = bare_cursor(body);
    return page;
}

model::TaggedMedia tagged_row(const PublicMedia& told, const PublicRules& rules, model::Instant now)
{
    model::TaggedMedia row;
    row.id = told.id;
    row.observed_at = now;
    row.published_at = told.published_at;
    row.media_type = told.media_type;
    row.product_type = told.product_type;
    row.author = rules.author_of(told.author);
    row.like_count = told.like_count;
    row.comments_count = told.comments_count;
    row.text = rules.text_of(told.author, told.caption, told.permalink);
    return row;
}

boost::asio::awaitable<Collected> collect_tags(
    graph::Client& api, const config::Account& account, const model::Pseudonyms& names,
    TagsDepth depth, RefusedFields& refused, model::Instant now)
{
    const PublicRules rules{account.user_id, account.tags, names};
    auto asked = public_fields(fields, account.login, account.tags, refused);
    const std::size_t most = depth == TagsDepth::whole ? most_pages : 1;
    Reading reading;
    for (bool goes_on = true; goes_on && reading.pages < most;) {
        auto request = reading.request(account, asked);
        const auto answer = co_await api.get_once(std::move(request));
        if (answer) {
            goes_on = reading.take(answer->body, rules, now);
            continue;
        }
        const bool is_asked_otherwise =
            drop_refused_field(asked, answer.error(), refused) ||
            (answer.error().kind == graph::FailureClass::too_much_data && reading.size.shrink());
        if (!is_asked_otherwise) {
            reading.collected.failure = answer.error();
            goes_on = false;
        }
    }
    co_return std::move(reading.collected);
}

} // namespace insightd::collectors
