#pragma once

#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/http/server.hpp"
#include "daemon/page_shelf.hpp"
#include "daemon/reload/record.hpp"
#include "daemon/webhooks/rate.hpp"
#include "storage/page_reader.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace insightd::replicas
{
class Replica;
}

namespace insightd::spool
{
class SpooledWriter;
}

namespace insightd::daemon
{

class Engine;
class TokenKeeper;

/// The pages for people: /, /account/NAME, /account/NAME/media/ID. What they show is read with a
/// deadline, and kept for some seconds; without the database they show what the daemon knows. No
/// secret is in any of them. deploy/docs/status-page.md.
class StatusPages
{
public:
    using Time = std::chrono::nanoseconds;

    struct Services {
        boost::asio::any_io_executor loop;
        const config::Config& config;
        const Clock& clock;
        Engine& engine; ///< looked at only
        const TokenKeeper& tokens;
        const spool::SpooledWriter& store;
        storage::PageReader& reader;
        const replicas::Replica* replica = nullptr; ///< nothing: all accounts are its own
        std::function<Time()> time;                 ///< of a clock that only goes forward
    };

    explicit StatusPages(Services services);

    /// From now on it is shown how other configurations were taken over.
    void show(const reload::Record& reloads) { reloads_ = &reloads; }

    /// Whether the path is one of a page for people.
    static bool are_at(std::string_view path);

    boost::asio::awaitable<http::Answer> answer(http::Question question);

private:
    /// What is asked for.
    struct Wanted {
        std::string account; ///< empty: all
        std::string media;   ///< empty: none
        std::string searched;
        std::string key() const { return account + "\n" + media + "\n" + searched; }
    };
    struct Kept {
        Time at{};
        http::Answer answer;
    };

    static std::optional<Wanted> wanted(const http::Question& question);
    boost::asio::awaitable<http::Answer> made(Wanted wanted);
    boost::asio::awaitable<http::Answer> overview(std::string searched);
    boost::asio::awaitable<http::Answer> account(std::string name);
    boost::asio::awaitable<http::Answer> post(std::string account, std::string media);
    boost::asio::awaitable<PageShelf<model::ShownAccounts>::Shown> all_accounts();
    boost::asio::awaitable<model::ShownAccounts> read_accounts();
    bool is_configured(std::string_view account) const;
    status_page::DaemonNow now() const;
    status_page::DaemonNow now_without_accounts() const;
    status_page::AccountNow account_now(const config::Account& account) const;
    http::Answer message(int status, std::string_view title, std::string_view words) const;
    http::Answer busy() const;
    void keep(const std::string& key, const http::Answer& answer);

    Services services_;
    PageShelf<model::ShownAccounts> accounts_;
    PageShelf<model::ShownAccount> account_;
    PageShelf<std::optional<model::ShownPostHistory>> posts_;
    const reload::Record* reloads_ = nullptr; ///< nothing: none is ever taken over
    webhooks::Rate rate_;                     ///< of pages that are made anew
    std::unordered_map<std::string, Kept> kept_;
    boost::asio::steady_timer clearing_; ///< of what is kept: a page of many accounts is large
};

} // namespace insightd::daemon
