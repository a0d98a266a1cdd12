#pragma once

#include "storage/model/history.hpp"
#include "storage/model/lease.hpp"
#include "storage/model/token.hpp"
#include "storage/spool/news.hpp"
#include "storage/thread.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace insightd::spool
{

class Sqlite;

/// What a daemon must know to collect while the database is away: the tokens, sealed as the
/// database holds them, the stories that are alive, and under which leases. A copy, in a file
/// beside the spool; a damaged one is set aside and filled anew. Nothing is thrown: without a cache
/// the daemon merely waits for the database.
class Cache
{
public:
    /// All work on the file happens on `disk`.
    Cache(storage::Thread& disk, std::filesystem::path file, Say say);
    ~Cache();

    /// Forgets the accounts that are not among these.
    boost::asio::awaitable<void> keep_only(std::vector<model::AccountId> accounts);

    /// Takes the place of what was known of leases. False if it could not be written.
    boost::asio::awaitable<bool> put_leases(model::LeaseMemory memory);
    boost::asio::awaitable<model::LeaseMemory> leases();

    /// False if it could not be written.
    boost::asio::awaitable<bool> put_token(model::SealedToken token);
    boost::asio::awaitable<bool> forget_token(model::AccountId account);
    boost::asio::awaitable<std::optional<model::SealedToken>> token(model::AccountId account);

    /// Takes the place of what was known of that account's.
    boost::asio::awaitable<void> put_stories(
        model::AccountId account, std::vector<model::KnownMedia> stories, model::Instant now);
    /// One for each account that is known; nothing but stories, and when they were read, is in
    /// them.
    boost::asio::awaitable<std::vector<model::AccountHistory>> stories();

private:
    using Work = std::function<void(Sqlite&)>;
    boost::asio::awaitable<bool> on_disk(Work work);
    std::string work_on_file(const Work& work);
    void open();
    void set_aside();

    storage::Thread& disk_;
    std::filesystem::path file_;
    Say say_;
    std::unique_ptr<Sqlite> db_; ///< on the disk's thread only
    bool broken_ = false;
};

} // namespace insightd::spool
