#include "daemon/engine.hpp"
#include "daemon/running.hpp"

#include <algorithm>

// What the engine takes over from the store when it begins, and with each account that it takes.
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
    std::vector<model::AccountId> all;
    for (const auto& account : accounts_)
        all.push_back(account->id());
    take_over(all, histories);
}

void Engine::take_over(
    const std::vector<model::AccountId>& accounts,
    const std::vector<model::AccountHistory>& histories)
{
    const auto now = services_.clock.now();
    for (const auto& history : histories)
        matrix_.remember(history.lessons);
    const auto known = by_account(histories);
    for (const auto id : accounts)
        if (const auto index = index_of(id)) {
            standings_.at(*index) = Standing::ours;
            accounts_.at(*index)->remember(of(known, id), now, scheduler_);
            expect_calls(*accounts_.at(*index));
        }
    running_->wake.cancel();
}

void Engine::remember_past(
    const std::vector<model::AccountHistory>& histories,
    const std::vector<model::StoredPost>& posts)
{
    const auto now = services_.clock.now();
    for (const auto& history : histories)
        if (auto* account = own_account(history.account_id))
            account->remember_past(history, now, scheduler_);
    for (const auto& post : posts)
        if (auto* account = own_account(post.account_id))
            account->remember_past(post);
    running_->wake.cancel();
}

void Engine::remember_stories(const std::vector<model::AccountHistory>& stories)
{
    const auto now = services_.clock.now();
    const auto known = by_account(stories);
    for (auto& account : accounts_) {
        if (!is_ours(*account) || account->has_begun())
            continue;
        account->remember_stories(of(known, account->id()), now, scheduler_);
        expect_calls(*account);
    }
}

std::vector<model::AccountId> Engine::accounts_without_posts() const
{
    std::vector<std::pair<model::Instant, model::AccountId>> waiting;
    for (const auto& account : accounts_)
        if (const auto since = account->posts_wait_since(); since && is_ours(*account))
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
    std::unordered_map<model::AccountId, std::size_t> counts;
    for (const auto& post : posts)
        ++counts[post.account_id];
    for (const auto& [id, count] : counts)
        if (auto* account = own_account(id))
            account->expect_posts(count);
    std::vector<const model::StoredPost*> fresh;
    for (const auto& post : posts)
        if (auto* account = own_account(post.account_id);
            account != nullptr && account->remember_post(post))
            fresh.push_back(&post);
    for (const auto* post : fresh)
        own_account(post->account_id)->plan_post(post->id, now, scheduler_);
    running_->wake.cancel();
}

void Engine::posts_are_remembered(const std::vector<model::AccountId>& ids)
{
    const auto now = services_.clock.now();
    for (const auto id : ids)
        if (auto* account = own_account(id)) {
            account->posts_are_remembered(now, scheduler_);
            expect_calls(*account);
        }
    running_->wake.cancel();
}

} // namespace insightd::daemon
