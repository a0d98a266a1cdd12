#include "daemon/backfill_work.hpp"

#include "daemon/reaction.hpp"
#include "daemon/side_by_side.hpp"

#include "collectors/audience.hpp"
#include "collectors/media.hpp"
#include "collectors/media_insights.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

using collectors::Collected;

constexpr std::chrono::days first_look{28};

bool reads_days(const Account& account)
{
    return account.settings().collect.at(config::Collector::account_insights);
}

/// Where days begin and end: what the store knows, else what the series says.
boost::asio::awaitable<graph::Outcome<std::vector<collectors::DayWindow>>>
recent_windows(graph::Client& api, const Account& account, model::Instant now)
{
    const auto& settings = account.settings();
    const auto known = account.day_plan().known_day_end;
    std::set<model::Instant> end_times;
    if (!known) {
        auto query = collectors::query_for_days(
            settings, collectors::series_metrics(settings), now - first_look,
            now + std::chrono::days{1});
        auto answer = co_await collectors::ask_series(api, std::move(query));
        if (!answer)
            co_return answer.error();
        end_times = std::move(answer->series.end_times);
    }
    co_return collectors::day_windows(end_times, settings.timezone, now, known);
}

boost::asio::awaitable<Collected> begin(graph::Client& api, Account& account, model::Instant now)
{
    Collected collected;
    std::vector<collectors::DayWindow> windows;
    if (reads_days(account)) {
        auto recent = co_await recent_windows(api, account, now);
        if (!recent)
            co_return Collected{recent.error()};
        windows = std::move(*recent);
        collected =
            co_await collectors::collect_past_online_followers(api, account.settings(), now);
    }
    if (!collected.failure)
        collected.rows.backfills.push_back(account.backfill().begun(windows, now));
    co_return collected;
}

boost::asio::awaitable<Collected>
look_back(graph::Client& api, Account& account, model::Instant now)
{
    Collected collected;
    auto& search = account.backfill().search();
    auto stretch = search.next();
    if (!stretch.empty()) {
        const auto look = co_await collectors::look_at(api, account.settings(), std::move(stretch));
        if (!look)
            co_return Collected{look.error()};
        search.take(*look);
    }
    collected.rows.backfills.push_back(account.backfill().looked(search, now));
    co_return collected;
}

bool covers(const std::optional<collectors::PastSeries>& series, const collectors::DayWindow& day)
{
    return series && series->begin <= day.begin && day.end <= series->end;
}

/// A day whose totals are refused as a whole keeps what the series says of it.
model::AccountDay
day_of_series(const collectors::DayWindow& day, model::Readings of_series, model::Instant now)
{
    return {day.day, day.end, now, true, std::move(of_series)};
}

/// The series that the day is part of, asked for together with the days before it.
boost::asio::awaitable<std::optional<graph::Failure>>
see_to_series(graph::Client& api, Account& account, collectors::DayWindow day, model::Instant now)
{
    auto& plan = account.backfill();
    if (covers(plan.series, day))
        co_return std::nullopt;
    auto stretch = collectors::stretch_before(
        day.end, account.settings().timezone, *plan.row()->served_from, now);
    if (stretch.empty())
        stretch.push_back(day);
    auto series =
        co_await collectors::ask_past_series(api, account.settings(), std::move(stretch), now);
    if (!series)
        co_return series.error();
    plan.series = std::move(*series);
    co_return std::nullopt;
}

/// A lesson that holds saves calls; old days teach none.
collectors::Poll poll_of_past(
    graph::Client& api, collectors::MetricMatrix& matrix, Account& account, model::Instant now)
{
    collectors::Poll poll{
        api, matrix, collectors::target_of(account.settings(), api.version()), now};
    poll.may_be_too_small = collectors::may_be_too_small(account.followers_count());
    poll.teaches = false;
    return poll;
}

boost::asio::awaitable<Collected>
read_day(graph::Client& api, collectors::MetricMatrix& matrix, Account& account, model::Instant now)
{
    Collected collected;
    auto& plan = account.backfill();
    auto day = plan.next_day({});
    if (day) {
        if (auto failure = co_await see_to_series(api, account, *day, now))
            co_return Collected{std::move(*failure)};
        day = plan.next_day(plan.series->answer.series.end_times);
    }
    if (!day) {
        collected.rows.backfills.push_back(plan.read_down_to(day, now));
        co_return collected;
    }
    auto of_series = collectors::readings_of_day(plan.series->answer, day->end);
    graph::Outcome<model::AccountDay> read = day_of_series(*day, of_series, now);
    auto poll = poll_of_past(api, matrix, account, now);
    if (!plan.totals_over)
        read = co_await collectors::collect_day(
            poll, account.settings(), *day, of_series, account.followers_count());
    if (!read && !collectors::refuses_question(read.error()))
        co_return Collected{read.error()};
    plan.totals_over = plan.totals_over || !read;
    collected.rows.days.push_back(
        read ? std::move(*read) : day_of_series(*day, std::move(of_series), now));
    collected.rows.backfills.push_back(plan.read_down_to(day, now));
    co_return collected;
}

boost::asio::awaitable<Collected>
read_list(graph::Client& api, Account& account, model::Instant now)
{
    auto& refused = account.refused_fields(Job::media_list, now);
    auto collected = co_await collectors::collect_media(
        api, account.settings(), collectors::ListDepth::whole, refused, now);
    if (!collected.failure) {
        account.whole_list_read_at = now;
        collected.rows.backfills.push_back(account.backfill().with_posts({}, now));
    }
    co_return collected;
}

/// What a piece of posts leaves: those that it read are read, once its rows are stored.
PostCount count_after(const Account& account, const model::Batch& rows)
{
    auto count = account.post_count();
    count.read += std::ssize(rows.samples);
    return count;
}

/// How many there are is said early: that is what progress is measured by.
boost::asio::awaitable<Collected>
count_posts(graph::Client& api, Account& account, model::Instant now)
{
    if (!account.post_count().list_is_whole)
        co_return co_await read_list(api, account, now);
    Collected collected;
    collected.rows.backfills.push_back(account.backfill().with_posts(account.post_count(), now));
    co_return collected;
}

/// A failure that the next post need not meet.
bool is_of_one_post(const graph::Failure& failure)
{
    using graph::FailureClass;
    return failure.kind == FailureClass::no_permission ||
           failure.kind == FailureClass::bad_request || failure.kind == FailureClass::malformed;
}

model::Absence reason_of(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::no_permission ? model::Absence::no_permission
                                                              : model::Absence::call_failed;
}

/// Posts of one piece, and what was read of them so far.
struct Piece {
    std::vector<model::MediaId> left;
    Collected collected;
};

/// Takes the next post until none is left. The seat is held until then.
boost::asio::awaitable<void> read_some(
    graph::Client& api, collectors::MetricMatrix& matrix, const Account& account, Piece& piece,
    model::Instant now, graph::Gathering::Seat /*seat*/)
{
    auto& collected = piece.collected;
    while (!piece.left.empty() && !collected.failure) {
        const auto id = piece.left.back();
        piece.left.pop_back();
        auto known = account.media(id);
        if (!known)
            continue;
        auto read = co_await collectors::collect_media_insights(
            api, matrix, account.settings(), *known, now);
        if (read.failure && !is_of_one_post(*read.failure)) {
            if (!collected.failure ||
                is_held_back(collected.failure)) // beside a failure that says nothing
                collected.failure = std::move(read.failure);
            co_return;
        }
        if (read.rows.samples.empty()) // it is tried once, and does not hold up the others
            read.rows.samples.push_back(collectors::absent_sample(
                *known, account.settings(), reason_of(*read.failure), now));
        model::append(collected.rows, std::move(read.rows));
    }
}

/// One after the other, or, where the host takes batches, all at once.
boost::asio::awaitable<Collected> read_posts(
    graph::Client& api, collectors::MetricMatrix& matrix, Account& account, std::size_t most,
    model::Instant now)
{
    if (!account.post_count().list_is_whole)
        co_return co_await read_list(api, account, now);
    Piece piece;
    piece.left = account.unread_posts(most, now);
    std::ranges::reverse(piece.left);
    std::vector<boost::asio::awaitable<void>> readers;
    const auto at_once = api.batch_size() > 1 ? std::max<std::size_t>(piece.left.size(), 1) : 1;
    for (std::size_t reader = 0; reader < at_once; ++reader)
        readers.push_back(read_some(api, matrix, account, piece, now, api.take_seat()));
    const auto errors = co_await side_by_side(std::move(readers));
    for (const auto& error : errors)
        if (error)
            std::rethrow_exception(error);
    auto& collected = piece.collected;
    if (!collected.failure)
        collected.rows.backfills.push_back(
            account.backfill().with_posts(count_after(account, collected.rows), now));
    co_return std::move(collected);
}

boost::asio::awaitable<Collected> take_step(
    graph::Client& api, collectors::MetricMatrix& matrix, Account& account, std::size_t posts,
    model::Instant now)
{
    using Step = BackfillPlan::Step;
    switch (account.backfill().next_step()) {
    case Step::begin:
        co_return co_await begin(api, account, now);
    case Step::count_posts:
        co_return co_await count_posts(api, account, now);
    case Step::look_back:
        co_return co_await look_back(api, account, now);
    case Step::read_day:
        co_return co_await read_day(api, matrix, account, now);
    case Step::read_posts:
        break;
    }
    co_return co_await read_posts(api, matrix, account, posts, now);
}

} // namespace

boost::asio::awaitable<collectors::Collected> read_past(
    graph::Client& api, collectors::MetricMatrix& matrix, Account& account, std::size_t posts,
    model::Instant now)
{
    const auto& plan = account.backfill();
    if (plan.finished())
        co_return Collected{};
    auto collected = co_await take_step(api, matrix, account, posts, now);
    if (collected.failure && !is_held_back(collected.failure))
        collected.rows.backfills.push_back(plan.failed(graph::to_string(*collected.failure), now));
    co_return collected;
}

} // namespace insightd::daemon
