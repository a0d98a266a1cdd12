#pragma once

#include "storage/connection.hpp"
#include "storage/thread.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace insightd::storage
{

/// While a job that was given up is still under way.
constexpr auto unanswered = "the database has not answered an earlier request yet";

/// A thread that talks to PostgreSQL, and its connection.
class Worker
{
public:
    /// `before_connecting` runs on the thread before each attempt to connect; it may be empty.
    Worker(std::string url, std::function<void()> before_connecting)
        : url_{std::move(url)}, before_connecting_{std::move(before_connecting)}
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
            connection_.reset();
            return true;
        };
        co_await thread_.run<bool>(std::move(job));
    }

    bool is_busy() const { return thread_.is_busy(); }

    /// Whether a job that was given up is still under way.
    bool is_stuck() const { return thread_.is_stuck(); }

private:
    template <class Result, class Job> Result attempt(Job& job)
    {
        try {
            return translated([&] { return job(connection()); });
        } catch (const model::Unavailable&) {
            connection_.reset();
            throw;
        }
    }

    pqxx::connection& connection()
    {
        if (connection_)
            return *connection_;
        if (before_connecting_)
            before_connecting_();
        connection_ = connect(url_);
        return *connection_;
    }

    std::string url_;
    std::function<void()> before_connecting_;
    std::unique_ptr<pqxx::connection> connection_;
    Thread thread_{"the database"};
};

} // namespace insightd::storage
