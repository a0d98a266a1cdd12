#include "daemon/status_page/standing.hpp"

#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tuple>
#include <unordered_map>

namespace insightd::status_page
{
namespace
{

/// Later than this is late: a run takes its time, and so does one before it.
constexpr std::chrono::minutes lateness{30};

/// What the store told, by account.
struct Told {
    std::vector<const model::Health*> health;
    const model::TokenStatus* token = nullptr;
    const model::GapsOfAccount* gaps = nullptr;
    const model::Owner* owner = nullptr;
};

using ByAccount = std::unordered_map<model::AccountId, Told>;

ByAccount by_account(const model::ShownAccounts& facts)
{
    ByAccount all;
    for (const auto& row : facts.health)
        all[row.account_id].health.push_back(&row);
    for (const auto& token : facts.tokens)
        all[token.account_id].token = &token;
    if (facts.gaps)
        for (const auto& gaps : *facts.gaps)
            all[gaps.account_id].gaps = &gaps;
    for (const auto& owner : facts.sharing.owners)
        if (!owner.instance_id.empty())
            all[owner.account_id].owner = &owner;
    return all;
}

Token token_of(const model::TokenStatus& status)
{
    Token token;
    if (status.state) {
        token.state = status.state->state;
        token.reason = status.state->reason;
        token.mend = status.state->mend;
    }
    if (status.facts)
        token.expires_at = status.facts->expires_at;
    return token;
}

bool is_failing(const model::Health* row)
{
    return row->state == "failing";
}

std::vector<Failing> failing_of(const DaemonNow& now, const Told& told)
{
    std::vector<Failing> all;
    for (const auto* row : told.health)
        if (is_failing(row))
            all.push_back(
                {row->collector, failure_words(row->error_class), row->error,
                 now.advice ? now.advice(row->account_id, *row) : "", row->next_due_at,
                 row->consecutive_failures});
    std::ranges::stable_sort(all, [](const Failing& left, const Failing& right) {
        return !left.mend.empty() && right.mend.empty();
    });
    return all;
}

/// The collector that is late by most, if any is.
const model::Health* late_one(const Told& told, model::Instant as_of)
{
    const model::Health* worst = nullptr;
    for (const auto* row : told.health) {
        if (row->state == "off" || !row->next_due_at || *row->next_due_at + lateness > as_of)
            continue;
        if (worst == nullptr || *row->next_due_at < *worst->next_due_at)
            worst = row;
    }
    return worst;
}

void say(Standing& standing, Level level, std::string words, std::string error, std::string mend)
{
    standing.level = level;
    standing.words = std::move(words);
    standing.error = std::move(error);
    standing.mend = std::move(mend);
}

/// True if the token is what is to be said of the account.
bool judge_token(Standing& standing)
{
    if (!standing.token)
        return false;
    const auto& token = *standing.token;
    if (token.state == "needs_login")
        say(standing, Level::stopped, "The token does not work: nothing is collected", token.reason,
            token.mend);
    else if (token.state == "expires_soon")
        say(standing, Level::attention, "The token ends soon", token.reason, token.mend);
    else if (token.state == "refresh_failing")
        say(standing, Level::attention, "The token could not be renewed", token.reason, token.mend);
    else
        return false;
    return true;
}

bool judge_failures(Standing& standing)
{
    if (standing.failing.empty())
        return false;
    const auto& first = standing.failing.front();
    say(standing, first.mend.empty() ? Level::trying : Level::needs_you,
        fmt::format("{}: {}", capitalized(collector_words(first.collector)), first.words),
        first.error, first.mend);
    return true;
}

bool judge_block(Standing& standing, model::Instant now)
{
    if (!standing.budget.blocked_until || *standing.budget.blocked_until <= now)
        return false;
    say(standing, Level::waits,
        fmt::format(
            "The platform makes it wait, until {} UTC",
            time_of_day(*standing.budget.blocked_until)),
        "", "");
    return true;
}

void judge_freshness(Standing& standing, const Told& told, model::Instant as_of)
{
    if (!standing.read_at)
        return say(standing, Level::unknown, "Nothing was collected yet", "", "");
    if (const auto* late = late_one(told, as_of))
        return say(
            standing, Level::waits,
            fmt::format(
                "Late: {}, due {}", collector_words(late->collector),
                ago(late->next_due_at, as_of)),
            "", "");
    say(standing, Level::well, "Collected", "", "");
}

void add_told(Standing& standing, const DaemonNow& now, const AccountNow& account, const Told& told)
{
    for (const auto* row : told.health) {
        standing.read_at = std::max(standing.read_at, row->last_success_at);
        if (row->collector == "stories" || !standing.stories_open)
            standing.stories_open = row->stories_open;
    }
    if (!standing.token && told.token != nullptr)
        standing.token = token_of(*told.token);
    if (told.gaps != nullptr) {
        standing.gaps_open = told.gaps->open;
        standing.gaps_lost = told.gaps->lost;
    }
    if (told.owner != nullptr && !account.is_ours)
        standing.owner = fmt::format("{}:{}", told.owner->host, told.owner->pid);
    standing.failing = failing_of(now, told);
}

Standing
standing_of(const DaemonNow& now, const AccountNow& account, const Told& told, model::Instant as_of)
{
    Standing standing;
    standing.id = account.id;
    standing.name = account.name;
    standing.token = account.token;
    standing.budget = account.budget;
    add_told(standing, now, account, told);
    if (account.is_ours)
        standing.stories_open = std::ssize(account.open_stories);
    if (!judge_token(standing) && !judge_failures(standing) && !judge_block(standing, now.now))
        judge_freshness(standing, told, as_of);
    return standing;
}

char lower(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

std::string lowered(std::string_view text)
{
    std::string all{text};
    std::ranges::transform(all, all.begin(), lower);
    return all;
}

} // namespace

std::vector<Standing> standings_of(const DaemonNow& now, const Stored<model::ShownAccounts>& stored)
{
    const auto told = stored.facts ? by_account(*stored.facts) : ByAccount{};
    const Told nothing;
    std::vector<Standing> all;
    for (const auto& account : now.accounts) {
        const auto found = told.find(account.id);
        all.push_back(
            standing_of(now, account, found != told.end() ? found->second : nothing, stored.as_of));
    }
    std::ranges::sort(all, [](const Standing& left, const Standing& right) {
        return std::tie(left.level, left.name) < std::tie(right.level, right.name);
    });
    return all;
}

std::size_t count_of(const std::vector<Standing>& all, Level level)
{
    return static_cast<std::size_t>(std::ranges::count(all, level, &Standing::level));
}

std::vector<Standing> named_like(std::vector<Standing> all, std::string_view letters)
{
    const auto wanted = lowered(letters);
    std::erase_if(all, [&](const Standing& standing) {
        return lowered(standing.name).find(wanted) == std::string::npos;
    });
    return all;
}

OpenStories open_stories_of(const DaemonNow& now, const Stored<model::ShownAccounts>& stored)
{
    OpenStories open;
    const bool is_told = stored.facts && stored.why_not.empty();
    if (is_told) {
        open.first = stored.facts->stories;
        open.all = stored.facts->stories_open;
        return open;
    }
    for (const auto& account : now.accounts)
        for (const auto& story : account.open_stories)
            open.first.push_back(
                {account.id, account.name, story.id, story.published_at, *story.expires_at,
                 story.checked_at});
    std::ranges::sort(open.first, {}, &model::ShownStory::expires_at);
    open.all = std::ssize(open.first);
    return open;
}

bool is_command(std::string_view mend)
{
    return mend.starts_with("insightd ");
}

} // namespace insightd::status_page
