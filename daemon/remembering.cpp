#include "daemon/engine.hpp"
#include "daemon/running.hpp"

#include "collectors/media_insights.hpp"

#include <algorithm>

// What the engine takes over from the store when it begins.
namespace insightd::daemon
{
namespace
{

using Histories = std::unordered_map<model::AccountId, const model::AccountHistory*>;

Histories by_account(const std::vector<model::AccountHistory>& histories)
{
    Histories found;
    for (const auto& history : histories)
        found.emplace(history.account_id, &history);
    return found;
}

const model::AccountHistory& of(const Histories& histories, model::AccountId id)
{
    static const model::AccountHistory nothing;
    const auto found = histories.find(id);
    return found != histories.end() ? *found->second : nothing;
}

} // namespace

void Engine::remember(const std::vector<model::AccountHistory>& histories)
{
    const auto now = services_.clock.now();
    for (const auto& history : histories)
        matrix_.remember(history.lessons);
    const auto known = by_account(histories);
    for (auto& account : accounts_) {
        account->remember(of(known, account->id()), now, scheduler_);
        expect_calls(*account);
    }
    running_->wake.cancel();
}

void Engine::remember_past(
    const std::vector<model::AccountHistory>& histories,
    const std::vector<model::StoredPost>& posts)
{
    const auto now = services_.clock.now();
    const auto accounts = accounts_by_id();
    for (const auto& history : histories)
        accounts.at(history.account_id)->remember_past(history, now, scheduler_);
    for (const auto& post : posts)
        accounts.at(post.account_id)->remember_past(post);
    running_->wake.cancel();
}

void Engine::remember_stories(const std::vector<model::AccountHistory>& stories)
{
    const auto now = services_.clock.now();
    const auto known = by_account(stories);
    for (auto& account : accounts_) {
        account->remember_stories(of(known, account->id()), now, scheduler_);
        expect_calls(*account);
    }
}

std::unordered_map<model::AccountId, Account*> Engine::accounts_by_id() const
{
    std::unordered_map<model::AccountId, Account*> found;
    for (const auto& account : accounts_)
        found.emplace(account->id(), account.get());
    return found;
}

std::vector<model::AccountId> Engine::accounts_without_posts() const
{
    std::vector<std::pair<model::Instant, model::AccountId>> waiting;
    for (const auto& account : accounts_)
        if (const auto since = account->posts_wait_since())
            waiting.emplace_back(*since, account->id());
    std::ranges::sort(waiting);
    std::vector<model::AccountId> ids;
    for (const auto& [since, id] : waiting)
        ids.push_back(id);
    return ids;
}

std::size_t Engine::tracked() const
{
    std::size_t count = 0;
    for (const auto& account : accounts_)
        count += account->tracked();
    return count;
}

void Engine::remember_posts(const std::vector<model::StoredPost>& posts)
{
    const auto now = services_.clock.now();
    const auto accounts = accounts_by_id();
    std::unordered_map<model::AccountId, std::size_t> counts;
    for (const auto& post : posts)
        ++counts[post.account_id];
    for (const auto& [id, count] : counts)
        accounts.at(id)->expect_posts(count);
    std::vector<const model::StoredPost*> fresh;
    for (const auto& post : posts)
        if (accounts.at(post.account_id)->remember_post(post))
            fresh.push_back(&post);
    for (const auto* post : fresh)
        accounts.at(post->account_id)->plan_post(post->id, now, scheduler_);
    running_->wake.cancel();
}

void Engine::posts_are_remembered(const std::vector<model::AccountId>& ids)
{
    const auto now = services_.clock.now();
    const auto accounts = accounts_by_id();
    for (const auto id : ids) {
        accounts.at(id)->posts_are_remembered(now, scheduler_);
        expect_calls(*accounts.at(id));
    }
    running_->wake.cancel();
}

} // namespace insightd::daemon
