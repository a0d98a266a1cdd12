#include "daemon/progress_bar.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

constexpr std::size_t bar_width = 24;

std::string bar(std::size_t done, std::size_t all)
{
    const auto filled = all == 0 ? 0 : std::min(bar_width, done * bar_width / all);
    return std::string(filled, '#') + std::string(bar_width - filled, '-');
}

std::string eta(std::size_t done, std::size_t all, std::chrono::milliseconds elapsed)
{
    if (done == 0 || done >= all)
        return {};
    const auto left = elapsed.count() * static_cast<std::int64_t>(all - done) /
                      static_cast<std::int64_t>(done) / 1000;
    return fmt::format("  ETA {}:{:02}", left / 60, left % 60);
}

} // namespace

std::string progress_line(const Progress& progress, std::chrono::milliseconds elapsed)
{
    const auto rate = elapsed.count() > 0
                          ? fmt::format(
                                "  {} values/s", progress.values_stored * 1000 /
                                                     static_cast<std::size_t>(elapsed.count()))
                          : std::string{};
    return fmt::format(
        "[{}] {}/{} tasks  {} values{}{}", bar(progress.tasks_done, progress.tasks_known),
        progress.tasks_done, progress.tasks_known, progress.values_stored, rate,
        eta(progress.tasks_done, progress.tasks_known, elapsed));
}

std::string past_line(const PastProgress& progress, std::chrono::milliseconds elapsed)
{
    if (!progress.is_known)
        return fmt::format("looking how far back days are served  {} calls", progress.calls);
    const auto done = progress.days_done + progress.posts_done;
    const auto all = std::max(progress.days_expected + progress.posts_expected, done);
    return fmt::format(
        "[{}] {:>3}%  {}/{} days  {}/{} posts  {} calls{}",
        bar(static_cast<std::size_t>(done), static_cast<std::size_t>(all)),
        all == 0 ? 100 : done * 100 / all, progress.days_done, progress.days_expected,
        progress.posts_done, progress.posts_expected, progress.calls,
        eta(static_cast<std::size_t>(std::max<std::int64_t>(0, done - progress.done_before)),
            static_cast<std::size_t>(std::max<std::int64_t>(0, all - progress.done_before)),
            elapsed));
}

ProgressBar::ProgressBar(Line line)
    : line_{std::move(line)}, terminal_{isatty(STDERR_FILENO) == 1},
      started_{std::chrono::steady_clock::now()}, next_{started_}
{
}

ProgressBar::~ProgressBar()
{
    if (terminal_ && drawn_)
        fmt::print(stderr, "\n");
}

void ProgressBar::show(const Progress& progress)
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_)
        return;
    next_ = now + (terminal_ ? std::chrono::steady_clock::duration{terminal_step}
                             : std::chrono::steady_clock::duration{plain_step});
    draw(progress);
}

void ProgressBar::finish(const Progress& progress)
{
    draw(progress);
}

void ProgressBar::say(const std::string& line)
{
    fmt::print(stderr, "{}{}\n", terminal_ && drawn_ ? "\r\x1b[K" : "", line);
}

void ProgressBar::draw(const Progress& progress)
{
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started_);
    const auto line = line_(progress, elapsed);
    if (terminal_)
        fmt::print(stderr, "\r\x1b[K{}", line);
    else
        fmt::print(stderr, "{}\n", line);
    drawn_ = true;
}

} // namespace insightd::daemon
