#pragma once

#include "storage/model/writer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace insightd::storage
{

/// A thread for work that blocks. Jobs run in the order in which they came; their results come back
/// on the caller's executor.
class Thread
{
public:
    using Patience = std::optional<std::chrono::steady_clock::duration>;

    /// `what` answers late, in the words of a message. `break_off` is called when a job that was
    /// given up has not come to an end for `longest_silence`: it is to make the job fail.
    explicit Thread(
        std::string what, std::function<void()> break_off = {},
        std::chrono::steady_clock::duration longest_silence = {})
        : what_{std::move(what)}, break_off_{std::move(break_off)}, longest_silence_{
                                                                        longest_silence}
    {
    }
    ~Thread() { pool_.join(); }

    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    /// Runs `job()` there. With patience it throws model::Unavailable when the thread got nothing
    /// done for so long; the job goes on by itself, and what it comes to is thrown away.
    template <class Result, class Job>
    boost::asio::awaitable<Result> run(Job job, Patience patience = std::nullopt)
    {
        auto token = boost::asio::use_awaitable;
        auto start = [this, patience](auto handler, Job moved) {
            this->template begin<Result>(std::move(handler), std::move(moved), patience);
        };
        co_return co_await boost::asio::async_initiate<
            decltype(token), void(std::exception_ptr, Result)>(
            std::move(start), token, std::move(job));
    }

    /// For whoever is about to end: after so long jobs with patience have no more of it for what
    /// stands before them, however fast that is done.
    void hurry(std::chrono::steady_clock::duration rest)
    {
        latest_ = std::chrono::steady_clock::now() + rest;
    }

    /// Whether a job that was given up still runs, or waits for its turn.
    bool is_stuck() const { return given_up_ > 0; }

    /// Whether any job runs or waits: then the destructor waits for it.
    bool is_busy() const { return under_way_ > 0; }

private:
    /// Who waits for a job; used on the caller's executor only.
    template <class Handler> struct Waiting {
        Waiting(Handler&& whose, const boost::asio::any_io_executor& executor)
            : handler{std::move(whose)}, timer{executor}
        {
        }
        Handler handler;
        boost::asio::steady_timer timer;
        bool gave_up = false;
        bool was_answered = false;
    };

    template <class Result, class Handler, class Job>
    void begin(Handler handler, Job job, Patience patience)
    {
        // The loop must not run out of work while the answer is under way.
        auto back = boost::asio::prefer(
            boost::asio::get_associated_executor(handler),
            boost::asio::execution::outstanding_work.tracked);
        auto waiting = std::make_shared<Waiting<Handler>>(std::move(handler), back);
        ++under_way_;
        if (patience)
            be_patient<Result>(waiting, *patience, std::chrono::steady_clock::now());
        boost::asio::post(pool_, [this, back, waiting, work = std::move(job)]() mutable {
            progress_ = std::chrono::steady_clock::now();
            auto [error, result] = attempt<Result>(work);
            progress_ = std::chrono::steady_clock::now();
            boost::asio::post(
                back, [this, waiting = std::move(waiting), error = std::move(error),
                       result = std::move(result)]() mutable {
                    end(*waiting, std::move(error), std::move(result));
                });
        });
    }

    template <class Result, class Handler>
    void end(Waiting<Handler>& waiting, std::exception_ptr error, Result result)
    {
        --under_way_;
        waiting.was_answered = true;
        waiting.timer.cancel();
        if (waiting.gave_up)
            --given_up_;
        else
            std::move(waiting.handler)(std::move(error), std::move(result));
    }

    /// A job that waits behind others has its time from when the last of them ended.
    template <class Result, class Handler>
    void be_patient(
        std::shared_ptr<Waiting<Handler>> waiting, std::chrono::steady_clock::duration patience,
        std::chrono::steady_clock::time_point since)
    {
        waiting->timer.expires_at(since + patience);
        waiting->timer.async_wait([this, waiting, patience, since](auto cancelled) {
            if (cancelled || waiting->was_answered) // both may be due in one turn of the loop
                return;
            const auto now = std::chrono::steady_clock::now();
            const auto newest = std::max(since, progress_.load());
            if (newest > since && newest + patience > now && now < latest_)
                return be_patient<Result>(waiting, patience, newest);
            waiting->gave_up = true;
            ++given_up_;
            if (break_off_)
                bear_silence(waiting, now);
            const auto error =
                std::make_exception_ptr(model::Unavailable{what_ + " does not answer"});
            std::move(waiting->handler)(error, Result{});
        });
    }

    /// One that waits behind others is not what is silent.
    template <class Handler>
    void bear_silence(
        std::shared_ptr<Waiting<Handler>> waiting, std::chrono::steady_clock::time_point since)
    {
        waiting->timer.expires_at(since + longest_silence_);
        waiting->timer.async_wait([this, waiting](auto cancelled) {
            if (cancelled || waiting->was_answered)
                return;
            const auto now = std::chrono::steady_clock::now();
            const auto newest = progress_.load();
            const bool is_silent = newest + longest_silence_ <= now;
            if (is_silent)
                break_off_();
            bear_silence(waiting, is_silent ? now : newest);
        });
    }

    template <class Result, class Job>
    static std::pair<std::exception_ptr, Result> attempt(Job& job)
    {
        try {
            return {nullptr, job()};
        } catch (...) {
            return {std::current_exception(), Result{}};
        }
    }

    std::string what_;
    std::function<void()> break_off_;
    std::chrono::steady_clock::duration longest_silence_;
    std::chrono::steady_clock::time_point latest_ = std::chrono::steady_clock::time_point::max();
    std::size_t under_way_ = 0, given_up_ = 0; ///< on the loop
    std::atomic<std::chrono::steady_clock::time_point> progress_{};
    boost::asio::thread_pool pool_{1};
};

} // namespace insightd::storage
