#include "daemon/post_loading.hpp"

#include "daemon/engine.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

/// Younger posts are due within the hour.
constexpr std::chrono::days young{7};

/// Accounts in one query: some ten thousand posts, be they many of few or few of many.
constexpr std::size_t accounts_for_young = 1'000;
constexpr std::size_t accounts_for_all = 50;

using Ids = std::vector<model::AccountId>;

std::vector<Ids> pieces_of(const Ids& ids, std::size_t size)
{
    std::vector<Ids> pieces;
    for (std::size_t at = 0; at < ids.size(); at += size)
        pieces.emplace_back(
            ids.begin() + static_cast<std::ptrdiff_t>(at),
            ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + size)));
    return pieces;
}

} // namespace

boost::asio::awaitable<void>
load_posts(storage::Database& database, Engine& engine, model::Instant now)
{
    const auto accounts = engine.accounts_without_posts();
    const auto boundary = now - young;
    for (const auto& piece : pieces_of(accounts, accounts_for_young)) {
        const auto posts = co_await database.posts(piece, boundary, end_of_time);
        engine.remember_posts(posts);
    }
    for (const auto& piece : pieces_of(accounts, accounts_for_all)) {
        const auto posts = co_await database.posts(piece, beginning_of_time, boundary);
        engine.remember_posts(posts);
        engine.posts_are_remembered(piece);
    }
}

} // namespace insightd::daemon
