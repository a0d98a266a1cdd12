#include "daemon/commands.hpp"

#include "collectors/conversations.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/graph/node.hpp"
#include "collectors/graph/url.hpp"
#include "daemon/token_desk.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/json_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::size_t most_listed = 100;

std::string words_of(const std::optional<model::Instant>& instant)
{
    return instant ? storage::text_of(std::chrono::floor<std::chrono::seconds>(*instant)) : "-";
}

graph::Request list_request(const std::string& root, const std::optional<std::string>& person)
{
    graph::Request request{
        root + "/conversations",
        {{"platform", "instagram"},
         {"fields", "id,updated_time"},
         {"limit", std::to_string(most_listed)}}};
    if (person)
        request.params.emplace_back("user_id", *person);
    return request;
}

void print_messages(const config::Account& account, const collectors::ToldConversation& told)
{
    for (const auto& message : told.messages.rows) {
        const auto own = std::to_string(account.user_id);
        const bool is_out =
            message.from && (message.from->id == own || message.from->user_id == own);
        fmt::print(
            "{}  {}  {}\n", words_of(message.created_at),
            !message.from ? "?  "
            : is_out      ? "out"
                          : "in ",
            one_line(message.text.value_or(message.attachments.empty() ? "" : "[attachment]")));
    }
}

/// The Page that the token is of, on the host that has Pages; else the account itself.
asio::awaitable<graph::Outcome<std::string>>
root_of(graph::Client& api, const config::Account& account)
{
    if (account.login == config::Login::instagram)
        co_return std::to_string(account.user_id);
    graph::Request request{"me", {{"fields", "id"}}};
    const auto answer = co_await api.get(std::move(request));
    if (!answer)
        co_return answer.error();
    const auto* node = graph::node_of(answer->body);
    const auto* id = node != nullptr ? node->if_contains("id") : nullptr;
    co_return id != nullptr && id->is_string() ? std::string{id->get_string().c_str()} : "me";
}

/// Two calls a second are allowed: the second waits.
asio::awaitable<graph::Outcome<bool>> print_newest(
    TokenDesk& desk, graph::Client& api, const config::Account& account, std::string conversation)
{
    co_await desk.pause(1);
    graph::Request request{
        graph::escaped(conversation),
        {{"fields", fmt::format(
                        "id,messages.limit({}){{id,created_time,from,to,message,attachments}}",
                        collectors::messages_with_details)}}};
    const auto answer = co_await api.get(std::move(request));
    if (!answer)
        co_return answer.error();
    const auto told = collectors::decode_conversation(answer->body);
    if (!told)
        co_return told.error();
    print_messages(account, *told);
    co_return true;
}

asio::awaitable<graph::Outcome<bool>> show(
    TokenDesk& desk, graph::Client& api, const config::Account& account,
    std::optional<std::string> person)
{
    const auto root = co_await root_of(api, account);
    if (!root)
        co_return root.error();
    auto request = list_request(*root, person);
    const auto answer = co_await api.get(std::move(request));
    if (!answer)
        co_return answer.error();
    const auto listed = collectors::decode_conversations(answer->body);
    if (!listed)
        co_return listed.error();
    for (const auto& row : listed->rows)
        fmt::print("{}  {}\n", words_of(row.updated_at), one_line(row.id));
    if (listed->after)
        fmt::print("… and older ones\n");
    if (person && !listed->rows.empty())
        co_return co_await print_newest(desk, api, account, listed->rows.front().id);
    co_return true;
}

asio::awaitable<ExitCode>
list(TokenDesk& desk, const config::Account& account, std::optional<std::string> person)
{
    TokenKeeper tokens{{desk.config, *desk.clock, desk.transport, desk.database, desk.pause}};
    auto identity = co_await tokens.identity(account);
    if (!identity)
        co_return complain(account.name, identity.error());
    graph::Client api{desk.transport, desk.config.api, std::move(*identity), desk.pause};
    const auto shown = co_await show(desk, api, account, std::move(person));
    co_return shown ? ExitCode::ok : complain(account.name, shown.error());
}

} // namespace

ExitCode command_conversations(
    const CommonOptions& common, const std::string& account,
    const std::optional<std::string>& person)
{
    const auto desk = open_desk(common);
    const auto* settings = desk ? desk->account(account) : nullptr;
    return settings != nullptr ? desk->run(list(*desk, *settings, person)) : ExitCode::config;
}

} // namespace insightd::daemon
