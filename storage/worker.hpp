#pragma once

#include "storage/breaker.hpp"
#include "storage/connection.hpp"
#include "storage/thread.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace insightd::storage
{

/// While a job that was given up is still under way.
constexpr auto unanswered = "the database has not answered an earlier request yet";

/// The server itself ends a statement after a minute (connection.cpp). Where no answer came for
/// longer the question was swallowed on its way, as by a proxy that hangs, and none will come.
constexpr std::chrono::seconds longest_silence{75};

/// A thread that talks to PostgreSQL, and its connection.
class Worker
{
public:
    /// `before_connecting` runs on the thread before each attempt to connect; it may be empty. The
    /// connection of a job that was given up, and is silent for so long since, is broken off.
    Worker(
        std::string url, std::function<void()> before_connecting,
        std::chrono::steady_clock::duration silence = longest_silence)
        : url_{std::move(url)}, before_connecting_{std::move(before_connecting)},
          thread_{"the database", [this] { breaker_.break_off(); }, silence}
    {
    }

    /// Runs `job(pqxx::connection&)` there. A broken connection is replaced at the next job. While
    /// a job that was given up is still under way the others are not begun: they would only queue.
    template <class Result, class Job>
    boost::asio::awaitable<Result> run(Job job, Thread::Patience patience = std::nullopt)
    {
        if (patience && thread_.is_stuck())
            throw model::Unavailable{unanswered};
        auto connected = [this, moved = std::move(job)]() mutable {
            return attempt<Result>(moved);
        };
        co_return co_await thread_.run<Result>(std::move(connected), patience);
    }

    /// The next job connects anew.
    boost::asio::awaitable<void> disconnect()
    {
        auto job = [this] {
            let_go();
            return true;
        };
        co_await thread_.run<bool>(std::move(job));
    }

    /// See Thread.
    void hurry(std::chrono::steady_clock::duration rest) { thread_.hurry(rest); }

    bool is_busy() const { return thread_.is_busy(); }

    /// Whether a job that was given up is still under way.
    bool is_stuck() const { return thread_.is_stuck(); }

    /// Made so far. Who finds the same one at work again knows that the server did not crash since.
    std::int64_t connections() const { return connections_; }

private:
    template <class Result, class Job> Result attempt(Job& job)
    {
        try {
            return translated([&] {
                auto& session = connection();
                auto result = job(session);
                // libpqxx 6 may have connected anew by itself: what it did before is not known
                // then.
                if (session.backendpid() != backend_)
                    throw model::Unavailable{"the session with the database was lost meanwhile"};
                return result;
            });
        } catch (const model::Unavailable&) {
            let_go();
            throw;
        }
    }

    void let_go()
    {
        breaker_.forget();
        connection_.reset();
    }

    pqxx::connection& connection()
    {
        // libpqxx would connect anew by itself, to a session that nobody counts or set up.
        if (connection_ && !connection_->is_open())
            let_go();
        if (connection_)
            return *connection_;
        if (before_connecting_)
            before_connecting_();
        connection_ = connect(url_);
        backend_ = connection_->backendpid();
        ++connections_;
        breaker_.watch(connection_->sock());
        return *connection_;
    }

    std::string url_;
    std::function<void()> before_connecting_;
    std::unique_ptr<pqxx::connection> connection_;
    int backend_ = 0;                           ///< process of the server that serves it
    std::atomic<std::int64_t> connections_ = 0; ///< counted on the thread
    Breaker breaker_;
    Thread thread_;
};

} // namespace insightd::storage
