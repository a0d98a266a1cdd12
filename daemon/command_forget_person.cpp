#include "daemon/commands.hpp"

#include "collectors/authors.hpp"
#include "daemon/people_key.hpp"
#include "daemon/token_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <regex>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

bool is_id(const std::string& text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "@jane.doe": a username can be all digits.
bool is_name(const std::string& text)
{
    static const std::regex pattern{"@[A-Za-z0-9._]{1,30}"};
    return std::regex_match(text, pattern);
}

std::string hashed_as(const std::string& person)
{
    return is_name(person) ? collectors::as_name(person.substr(1)) : person;
}

void warn_of_configuration(const config::Config& config, const std::string& person)
{
    for (const auto& account : config.accounts)
        if (std::ranges::find(account.conversations.with, person) !=
            account.conversations.with.end())
            fmt::print(
                stderr,
                "insightd: the configuration names this person under `with` of {}: remove "
                "it there\n",
                account.name);
}

asio::awaitable<ExitCode> forget(TokenDesk& desk, std::string person)
{
    PeopleKey key{desk.config, desk.database};
    const auto names = co_await key.pseudonyms();
    if (!names)
        co_return complain("forget-person", names.error());
    std::vector<std::pair<model::AccountId, std::string>> everywhere;
    for (const auto account : co_await desk.database.accounts())
        everywhere.emplace_back(account, (*names)->of_person(account, hashed_as(person)));
    const auto forgotten = co_await desk.database.forget_person(std::move(everywhere));
    fmt::print(
        "ok    forgotten: {} conversations, {} messages, {} comments, {} tags and mentions, {} "
        "texts; nothing of this person is stored again, not even what waits in a spool\n",
        forgotten.conversations, forgotten.messages, forgotten.comments, forgotten.tags,
        forgotten.texts);
    warn_of_configuration(desk.config, person);
    co_return ExitCode::ok;
}

} // namespace

ExitCode command_forget_person(const CommonOptions& common, const std::string& person)
{
    if (!is_id(person) && !is_name(person)) {
        fmt::print(
            stderr, "insightd: a person is given by an Instagram-scoped id, decimal digits, or by "
                    "@USERNAME\n");
        return ExitCode::usage;
    }
    const auto desk = open_desk(common);
    return desk ? desk->run(forget(*desk, person)) : ExitCode::config;
}

} // namespace insightd::daemon
