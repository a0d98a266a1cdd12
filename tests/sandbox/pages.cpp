#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/identity.hpp"
#include "tests/sandbox/login.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

// The Facebook user, and the Pages through which accounts are found. Source: graph-api.md
// section 2.2.
namespace insightd::sandbox
{
namespace
{

/// Who asks about which Page.
struct PageCall {
    const Visit& visit;
    const Token& token;
    const Page& page;
    const std::string& field; ///< with its expansion
};

struct PageField {
    std::string_view name;
    json::value (*value)(const PageCall&); ///< null: the key is left out
};

json::value own_token(const PageCall& call)
{
    if (call.token.kind == TokenKind::page)
        return json::value(call.token.text);
    return json::value(call.visit.office.page_token(call.token, call.page.id, call.visit.now).text);
}

/// Absent where no account is linked, or where the app may not see it.
json::value instagram_account(const PageCall& call)
{
    if (!call.page.account || !contains(call.token.scopes, "instagram_basic"))
        return nullptr;
    const auto& account = call.visit.world.accounts()[*call.page.account];
    json::object node{{"id", std::to_string(account.user_id)}};
    for (const auto& name : split_fields(expansion_of(call.field))) {
        if (name == "username")
            node["username"] = account.username;
        if (name == "name")
            node["name"] = "The " + account.username;
    }
    return node;
}

constexpr std::array page_table{
    PageField{"id", [](const PageCall& call) { return json::value(std::to_string(call.page.id)); }},
    PageField{"name", [](const PageCall& call) { return json::value(call.page.name); }},
    PageField{"category", [](const PageCall&) { return json::value("Bakery"); }},
    PageField{
        "tasks",
        [](const PageCall&) {
            return json::value{"ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE"};
        }},
    PageField{"access_token", own_token},
    PageField{"instagram_business_account", instagram_account},
    PageField{"connected_instagram_account", instagram_account},
};

NodeOutcome
page_node(const Visit& visit, const Token& token, const Page& page, const Scopes& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(Host::facebook, fields);
    for (const auto& asked : fields) {
        const auto field = std::ranges::find(page_table, plain_name(asked), &PageField::name);
        if (field == page_table.end()) {
            outcome.refused = nonexisting_field(Host::facebook, plain_name(asked));
            return outcome;
        }
        auto value = field->value({visit, token, page, asked});
        if (!value.is_null())
            outcome.node[field->name] = std::move(value);
    }
    outcome.node["id"] = std::to_string(page.id);
    return outcome;
}

Response answer_of(NodeOutcome outcome)
{
    return outcome.refused ? std::move(*outcome.refused) : sandbox::answer_of(outcome.node);
}

Response person_node(const Visit& visit, const Token& token)
{
    const auto& account = visit.world.accounts()[token.account];
    const auto id = std::to_string(person_id(account));
    json::object node{{"id", id}};
    for (const auto& field : fields_of(visit.request)) {
        if (field == "name")
            node["name"] = "Manager of " + account.username;
        else if (field != "id")
            return nonexisting_field(Host::facebook, field);
    }
    return sandbox::answer_of(node);
}

// ---- /me/accounts ----------------------------------------------------------------------------

/// Missing permissions make the list empty: no error says so.
std::vector<Page> listed_pages(const Visit& visit, const Token& token)
{
    const auto& login = visit.faults.login;
    const bool may_list =
        contains(token.scopes, "pages_show_list") &&
        (!login.pages_of_business || contains(token.scopes, "business_management"));
    return may_list ? pages_of(visit.world, token, login.all_pages) : std::vector<Page>{};
}

std::string cursor_of(const Page& page)
{
    return fmt::format("QVFI{:x}ZD", page.id ^ 0x5a5a5a);
}

/// What comes after the cursor of the call.
std::vector<Page> rest_of(std::vector<Page> pages, const std::string& after)
{
    if (after.empty())
        return pages;
    const auto found = std::ranges::find(pages, after, cursor_of);
    pages.erase(pages.begin(), found == pages.end() ? found : found + 1);
    return pages;
}

Response page_list(const Visit& visit, const Token& token)
{
    const auto limit = limit_of(visit.request);
    if (!limit)
        return refusal(Host::facebook, 100, std::nullopt, "(#100) Param limit must be a number");
    const auto pages = rest_of(listed_pages(visit, token), visit.request.param("after"));
    const auto count = std::min(*limit, pages.size());
    json::array rows;
    for (std::size_t at = 0; at < count; ++at) {
        auto outcome = page_node(visit, token, pages[at], fields_of(visit.request));
        if (outcome.refused)
            return *outcome.refused;
        rows.push_back(std::move(outcome.node));
    }
    json::object body{{"data", std::move(rows)}};
    if (count == 0)
        return sandbox::answer_of(body);
    const auto after = cursor_of(pages[count - 1]);
    json::object paging{
        {"cursors", json::object{{"before", cursor_of(pages.front())}, {"after", after}}}};
    if (count < pages.size())
        paging["next"] = fmt::format(
            "https://graph.example{}?access_token={}&after={}", visit.request.path, token.text,
            after);
    body["paging"] = std::move(paging);
    return sandbox::answer_of(body);
}

Response about_me(const Visit& visit, const Token& token, const std::string& edge)
{
    const bool is_page = token.kind == TokenKind::page;
    if (edge == "accounts" && !is_page)
        return page_list(visit, token);
    if (!edge.empty())
        return nonexisting_field(Host::facebook, edge);
    if (!is_page)
        return person_node(visit, token);
    const auto page = pages_of(visit.world, token, true).front();
    return answer_of(page_node(visit, token, page, fields_of(visit.request)));
}

} // namespace

std::optional<Response> person_or_page(
    const Visit& visit, const Token& token, const std::string& node, const std::string& edge)
{
    if (visit.request.host != Host::facebook)
        return std::nullopt;
    if (node == "me")
        return about_me(visit, token, edge);
    for (const auto& page : pages_of(visit.world, token, visit.faults.login.all_pages))
        if (node == std::to_string(page.id) && edge.empty())
            return answer_of(page_node(visit, token, page, fields_of(visit.request)));
    return std::nullopt;
}

} // namespace insightd::sandbox
