#include "collectors/graph/paging.hpp"

#include <boost/json/object.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <set>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;

Failure malformed_list(std::string what)
{
    Failure failure;
    failure.kind = FailureClass::malformed;
    failure.message = std::move(what);
    return failure;
}

std::optional<std::string> text_at(const json::value& value, std::string_view name)
{
    const auto* object = value.if_object();
    const auto* found = object != nullptr ? object->if_contains(name) : nullptr;
    if (found == nullptr || !found->is_string())
        return std::nullopt;
    return std::string{found->get_string().c_str()};
}

/// `after` of a URL that is never called: it holds the token, and may point anywhere.
std::optional<std::string> cursor_in_url(const std::string& next)
{
    const auto url = boost::urls::parse_uri(next);
    if (!url)
        return std::nullopt;
    const auto params = url->params();
    const auto found = params.find("after");
    return found != params.end() ? std::optional{std::string{(*found).value}} : std::nullopt;
}

/// The rows of one page; a page may be empty.
Outcome<json::array> rows_of(json::value& body)
{
    auto* object = body.if_object();
    auto* data = object != nullptr ? object->if_contains("data") : nullptr;
    if (data == nullptr || !data->is_array())
        return malformed_list("a list answer without `data`");
    return std::move(data->get_array());
}

std::string id_of(const json::value& row)
{
    return text_at(row, "id").value_or("");
}

/// Rows move between pages when the list grows meanwhile: each is kept once.
void add_new(json::array& all, std::set<std::string>& seen, json::array&& page)
{
    for (auto& row : page) {
        const auto id = id_of(row);
        if (id.empty() || seen.insert(id).second)
            all.push_back(std::move(row));
    }
}

/// A list under way.
struct Reading {
    Listed listed;
    std::set<std::string> rows_seen;
    std::set<std::string> cursors_seen;
    std::string after;         ///< where the next page begins; empty for the first
    bool is_cut_short = false; ///< there are more pages than were to be read
};

/// The page's rows, and the way to the next page; nothing at the end of the list.
Outcome<std::optional<std::string>> add_page(Reading& reading, Outcome<Reply>&& reply)
{
    if (!reply)
        return reply.error();
    auto rows = rows_of(reply->body);
    if (!rows)
        return rows.error();
    add_new(reading.listed.rows, reading.rows_seen, std::move(*rows));
    auto next = next_cursor(reply->body);
    if (next && *next && !reading.cursors_seen.insert(**next).second)
        return malformed_list("a list whose cursors run in a circle");
    return next;
}

/// Whether there is another page to ask for.
bool take(Reading& reading, Outcome<Reply>&& reply)
{
    auto next = add_page(reading, std::move(reply));
    if (!next)
        reading.listed.failure = next.error();
    if (!next || !*next)
        return false;
    reading.after = std::move(**next);
    return true;
}

/// As it was left the last time.
PageSize size_of(Client& client, const std::string& path, const PageLimits& limits)
{
    const auto& sizes = client.memory().page_sizes;
    const auto known = sizes.find(path);
    return known != sizes.end() ? known->second : PageSize{limits.page_size};
}

void remember(Client& client, const std::string& path, const PageSize& size)
{
    auto& sizes = client.memory().page_sizes;
    if (size.is_full())
        sizes.erase(path);
    else
        sizes.insert_or_assign(path, size);
}

/// One page, asked for in ever smaller portions where the platform says it is too much.
boost::asio::awaitable<Outcome<Reply>>
one_page(Client& client, const Request& request, const std::string& after, PageSize& size)
{
    for (;;) {
        auto params = request.params;
        params.emplace_back("limit", std::to_string(size.rows()));
        if (!after.empty())
            params.emplace_back("after", after);
        Request page{request.path, std::move(params)};
        auto reply = co_await client.get(std::move(page));
        if (reply)
            size.worked();
        if (reply || reply.error().kind != FailureClass::too_much_data || !size.shrink())
            co_return reply;
    }
}

boost::asio::awaitable<void> read_pages(
    Client& client, const Request& request, std::size_t most, PageSize& size, Reading& reading)
{
    for (std::size_t page = 0; page < most; ++page) {
        auto reply = co_await one_page(client, request, reading.after, size);
        if (!take(reading, std::move(reply)))
            co_return;
    }
    reading.is_cut_short = true;
}

boost::asio::awaitable<Reading>
pages(Client& client, const Request& request, std::size_t most, const PageLimits& limits)
{
    Reading reading;
    auto size = size_of(client, request.path, limits);
    co_await read_pages(client, request, most, size, reading);
    remember(client, request.path, size);
    co_return reading;
}

} // namespace

Outcome<std::optional<std::string>> next_cursor(const json::value& page)
{
    const auto* object = page.if_object();
    const auto* paging = object != nullptr ? object->if_contains("paging") : nullptr;
    const auto next = paging != nullptr ? text_at(*paging, "next") : std::nullopt;
    if (!next)
        return std::optional<std::string>{};
    const auto* cursors = paging->as_object().if_contains("cursors");
    auto after = cursors != nullptr ? text_at(*cursors, "after") : std::nullopt;
    if (!after)
        after = cursor_in_url(*next);
    if (!after)
        return malformed_list("a page that has a next one but no cursor to it");
    return after;
}

boost::asio::awaitable<Listed> all_pages(Client& client, Request request, PageLimits limits)
{
    auto reading = co_await pages(client, request, limits.max_pages, limits);
    if (reading.is_cut_short)
        reading.listed.failure =
            malformed_list("a list of more pages than the platform's lists have");
    co_return std::move(reading.listed);
}

boost::asio::awaitable<Listed> first_page(Client& client, Request request, PageLimits limits)
{
    auto reading = co_await pages(client, request, 1, limits);
    co_return std::move(reading.listed);
}

} // namespace insightd::graph
