#pragma once

#include "daemon/reload/folder_watch.hpp"
#include "daemon/reload/quiet_time.hpp"
#include "daemon/reload/reading.hpp"
#include "daemon/reload/record.hpp"
#include "storage/database.hpp"
#include "storage/thread.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace insightd::daemon
{

struct Daemon;

/// Takes over another configuration while the daemon runs: at SIGHUP, and when the file changes.
/// What it does not take over, and why, is in the log and in the record. The file is read, checked
/// and compared on a thread of its own. deploy/docs/configuration.md, "While it runs".
class Reloading
{
public:
    struct Wishes {
        std::filesystem::path file;
        std::size_t fingerprint = 0;            ///< of the text that the daemon began with
        bool keeps_log_level = false;           ///< the command line said which
        std::function<void()> accounts_changed; ///< told once the database knows them
    };

    /// From now on SIGHUP ends no process any more.
    Reloading(Daemon& daemon, Wishes wishes);

    /// From now on, and until stop(), configurations are taken over; what was asked for before is
    /// done at once. The replica must know who works for it.
    void run();
    void stop();

    const reload::Record& record() const { return record_; }

private:
    boost::asio::awaitable<void> take_turns();
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<void> reload(bool is_asked);
    boost::asio::awaitable<reload::Reading> read(std::size_t known);
    void reject(const config::Mistakes& mistakes);
    boost::asio::awaitable<void> apply(reload::Reading reading);
    void tell(const reload::Changes& changes);
    void wait_for_signal();

    /// What the database does not know yet.
    struct Owed {
        std::shared_ptr<const storage::Database::Configured> rows;
        std::vector<model::AccountId> ids;
    };
    boost::asio::awaitable<void> owe_to_store(config::Config former);
    boost::asio::awaitable<void> tell_store();
    boost::asio::awaitable<std::string> try_to_tell_store(Owed owed);

    Daemon& daemon_;
    Wishes wishes_;
    reload::Record record_;
    reload::QuietTime quiet_;
    storage::Thread thread_{"the disk of the configuration"};
    boost::asio::signal_set signal_;
    reload::FolderWatch folder_;
    boost::asio::steady_timer wake_;
    boost::asio::steady_timer store_retry_;
    std::shared_ptr<const Owed> owed_;
    bool is_asked_ = false;    ///< by a signal
    bool tells_store_ = false; ///< at this moment
    bool is_stopping_ = false;
};

} // namespace insightd::daemon
