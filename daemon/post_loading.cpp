#include "daemon/post_loading.hpp"

#include "daemon/engine.hpp"
#include "storage/pieces.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{
namespace
{

/// Younger posts are due within the hour.
constexpr std::chrono::days young{7};

/// Accounts in one query: some ten thousand posts, be they many of few or few of many.
constexpr std::size_t accounts_for_young = 1'000;
constexpr std::size_t accounts_for_all = 25;

using Ids = std::vector<model::AccountId>;
using storage::pieces_of;

/// The engine takes over what the database says of these accounts, all of it or a part.
void take_over(
    Engine& engine, Ids accounts, std::vector<model::StoredPost> posts,
    const StillOurs& is_still_ours, bool is_all)
{
    if (is_still_ours) {
        std::erase_if(accounts, [&](auto account) { return !is_still_ours(account); });
        std::erase_if(posts, [&](const auto& post) { return !is_still_ours(post.account_id); });
    }
    engine.remember_posts(posts);
    if (is_all)
        engine.posts_are_remembered(accounts);
}

} // namespace

boost::asio::awaitable<void>
load_posts(storage::Database& database, Engine& engine, StillOurs is_still_ours, model::Instant now)
{
    const auto accounts = engine.accounts_without_posts();
    const auto boundary = now - young;
    for (const auto& piece : pieces_of(accounts, accounts_for_young)) {
        auto posts = co_await database.posts(piece, boundary, end_of_time);
        take_over(engine, piece, std::move(posts), is_still_ours, false);
    }
    for (const auto& piece : pieces_of(accounts, accounts_for_all)) {
        auto posts = co_await database.posts(piece, beginning_of_time, boundary);
        take_over(engine, piece, std::move(posts), is_still_ours, true);
    }
}

boost::asio::awaitable<void>
look_again(storage::Database& database, Engine& engine, std::vector<model::AccountId> accounts)
{
    for (const auto& piece : pieces_of(accounts, accounts_for_all)) {
        const auto histories = co_await database.history(piece);
        const auto posts = co_await database.posts(piece, beginning_of_time, end_of_time);
        engine.remember_past(histories, posts);
    }
}

} // namespace insightd::daemon
