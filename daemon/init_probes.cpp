#include "daemon/init_probes.hpp"

#include "collectors/graph/client.hpp"
#include "config/loader.hpp"
#include "daemon/init/database_words.hpp"
#include "daemon/init/questions.hpp"
#include "daemon/init/yaml_text.hpp"
#include "daemon/reaction.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_desk.hpp"
#include "daemon/token_owner.hpp"
#include "storage/migrations.hpp"
#include "storage/model/writer.hpp"
#include "storage/server_programs.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;
using init::Answers;
using init::Verdict;

std::string connected_words(const std::string& url)
{
    const auto report = storage::migrate(url, true);
    return fmt::format(
        "{} answers{}", report.server,
        report.version == 0 ? "; the tables are made at the first start" : "");
}

Verdict try_database(const Answers& answers)
{
    const std::string url{answers.text("database")};
    try {
        if (url != "embedded")
            return {Verdict::Kind::fine, connected_words(url)};
        storage::server_programs();
        return {};
    } catch (const model::Unavailable& away) {
        const auto mend = init::mend_of(away.what());
        return {
            Verdict::Kind::doubtful,
            fmt::format("{}{}{}", away.what(), mend.empty() ? "" : "\n      ", mend)};
    }
}

/// Another token, or another answer, is no help against these.
bool says_nothing_of_the_token(graph::FailureClass kind)
{
    using graph::FailureClass;
    switch (kind) {
    case FailureClass::unreachable:
    case FailureClass::transient:
    case FailureClass::unknown_error:
    case FailureClass::app_throttled:
    case FailureClass::account_throttled:
    case FailureClass::malformed:
        return true;
    default:
        return false;
    }
}

Verdict verdict_on(const graph::Failure& failure)
{
    const auto words = one_line(graph::to_string(failure));
    if (says_nothing_of_the_token(failure.kind))
        return {Verdict::Kind::fine, "the token is not checked: " + words};
    return {
        Verdict::Kind::wrong,
        fmt::format("{}: take another, or leave it empty to add it later", words)};
}

graph::Client::Identity identity_of(const config::Config& config, const Answers& answers)
{
    const auto login = config.accounts.front().login;
    graph::Client::Identity identity;
    identity.login = login;
    identity.token = answers.token;
    auto secret = app_secret_of(config.api, login);
    if (login == config::Login::facebook && std::holds_alternative<config::Secret>(secret))
        identity.app_secret = std::get<config::Secret>(std::move(secret));
    return identity;
}

/// Who it is; a failure also if the insights may not be read.
asio::awaitable<graph::Outcome<Whose>> try_out(graph::Client& api, config::Account account)
{
    auto whose = co_await ask_whose(api, account);
    if (!whose)
        co_return whose.error();
    account.user_id = whose->id;
    auto failure = co_await ask_for_insights(api, account);
    if (failure)
        co_return *std::move(failure);
    co_return whose;
}

Verdict try_token(Answers& answers, const init::Surroundings& surroundings)
{
    const auto config = std::get<config::Config>(
        config::parse(init::yaml_of(answers, surroundings), surroundings.file.string(), {}));
    asio::io_context loop{1};
    const auto clock = make_clock(std::nullopt);
    graph::Transport transport{loop.get_executor(), transport_limits(config.api)};
    graph::Client api{
        transport, config.api, identity_of(config, answers),
        pause_between_tries(loop.get_executor(), *clock)};
    auto asked = asio::co_spawn(loop, try_out(api, config.accounts.front()), asio::use_future);
    loop.run();
    const auto whose = asked.get();
    if (!whose)
        return verdict_on(whose.error());
    answers.owner = {whose->id, account_name_of(whose->username)};
    return {
        Verdict::Kind::fine,
        fmt::format("it is the token of @{}, and insights can be read", whose->username)};
}

} // namespace

std::map<std::string, init::Probe, std::less<>> init_probes(const init::Surroundings& surroundings)
{
    return {
        {"database", [](const Answers& answers) { return try_database(answers); }},
        {std::string{init::token_value},
         [&surroundings](Answers& answers) { return try_token(answers, surroundings); }}};
}

} // namespace insightd::daemon
