#pragma once

#include "storage/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace insightd::storage
{

/// The one thread that talks to PostgreSQL, and the one connection. Jobs run in the order in which
/// they came; their results come back on the caller's executor.
class Worker
{
public:
    /// `before_connecting` runs on the thread before each attempt to connect; it may be empty.
    Worker(std::string url, std::function<void()> before_connecting)
        : url_{std::move(url)}, before_connecting_{std::move(before_connecting)}
    {
    }
    ~Worker() { thread_.join(); }

    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Runs `job(pqxx::connection&)` there. A broken connection is replaced at the next job.
    template <class Result, class Job> boost::asio::awaitable<Result> run(Job job)
    {
        auto token = boost::asio::use_awaitable;
        auto start = [this](auto handler, Job moved) {
            // The loop must not run out of work while the answer is under way.
            auto back = boost::asio::prefer(
                boost::asio::get_associated_executor(handler),
                boost::asio::execution::outstanding_work.tracked);
            boost::asio::post(
                thread_,
                [this, back, handler = std::move(handler), work = std::move(moved)]() mutable {
                    auto [error, result] = attempt<Result>(work);
                    boost::asio::post(
                        back, [handler = std::move(handler), error = std::move(error),
                               result = std::move(result)]() mutable {
                            std::move(handler)(std::move(error), std::move(result));
                        });
                });
        };
        co_return co_await boost::asio::async_initiate<
            decltype(token), void(std::exception_ptr, Result)>(
            std::move(start), token, std::move(job));
    }

private:
    template <class Result, class Job> std::pair<std::exception_ptr, Result> attempt(Job& job)
    {
        try {
            return {nullptr, translated([&] { return job(connection()); })};
        } catch (const model::Unavailable&) {
            connection_.reset();
            return {std::current_exception(), Result{}};
        } catch (...) {
            return {std::current_exception(), Result{}};
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
    boost::asio::thread_pool thread_{1};
};

} // namespace insightd::storage
