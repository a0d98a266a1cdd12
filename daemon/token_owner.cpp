#include "daemon/token_owner.hpp"

#include "collectors/graph/node.hpp"
#include "collectors/insights.hpp"
#include "collectors/json_access.hpp"

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

graph::Failure malformed(std::string message)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::malformed;
    failure.message = std::move(message);
    return failure;
}

} // namespace

asio::awaitable<graph::Outcome<Whose>> ask_whose(graph::Client& api, const config::Account& account)
{
    const bool instagram = account.login == config::Login::instagram;
    graph::Request request{
        instagram ? std::string{"me"} : std::to_string(account.user_id),
        {{"fields", instagram ? "user_id,username" : "id,username"}}};
    const auto reply = co_await api.get(std::move(request));
    if (!reply)
        co_return reply.error();
    const auto* node = graph::node_of(reply->body);
    if (node == nullptr)
        co_return malformed("a user answer that is no object");
    const boost::json::value user = *node;
    const auto id = collectors::integer_in(user, instagram ? "user_id" : "id");
    if (!id)
        co_return malformed("a user answer without an id");
    co_return Whose{*id, collectors::text_in(user, "username").value_or("")};
}

asio::awaitable<std::optional<graph::Failure>>
ask_for_insights(graph::Client& api, const config::Account& account)
{
    collectors::MetricQuery query;
    query.subject = catalog::Subject::account;
    query.path = std::to_string(account.user_id) + "/insights";
    query.metrics = {"reach"};
    query.parameters = {{"period", "day"}};
    auto answers = co_await collectors::ask_metrics(api, std::move(query));
    if (!answers)
        co_return answers.error();
    co_return std::nullopt;
}

} // namespace insightd::daemon
