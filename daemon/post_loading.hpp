#pragma once

#include "storage/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace insightd::daemon
{

class Engine;

/// Whether an account has not changed hands since this was made; empty: none ever does.
using StillOurs = std::function<bool(model::AccountId)>;

/// Between these lies every post.
inline constexpr model::Instant beginning_of_time{};
inline constexpr model::Instant end_of_time{std::chrono::days{365 * 8'000}};

/// Brings the posts of the engine's accounts from the database into it, in pieces that leave room
/// for other work of the store between them: first the young posts of all accounts, which are due
/// the most often, then the rest, the accounts that were not read for longest first. The engine
/// may run meanwhile. What the database says of an account that has changed hands while it was
/// asked is dropped: another may have read its posts since. Throws model::Unavailable; called
/// again, it goes on where it stopped.
boost::asio::awaitable<void> load_posts(
    storage::Database& database, Engine& engine, StillOurs is_still_ours, model::Instant now);

/// The engine corrects what it knows of the accounts' past and posts by what the database has, in
/// pieces as well. Throws model::Unavailable.
boost::asio::awaitable<void>
look_again(storage::Database& database, Engine& engine, std::vector<model::AccountId> accounts);

} // namespace insightd::daemon
