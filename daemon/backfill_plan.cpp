#include "daemon/backfill_plan.hpp"

#include <algorithm>
#include <limits>

namespace insightd::daemon
{
namespace
{

using std::chrono::days;

/// Until the live work has read the posts that are its own.
constexpr std::chrono::minutes live_work_wait{5};

/// Each stretch of days costs a call beside those of its days.
constexpr double calls_for_series = 1.0 / 15;
constexpr double calls_a_post = 3;

/// Days between two boundaries; some are an hour shorter or longer than others.
std::int64_t days_between(model::Instant begin, model::Instant end)
{
    return std::chrono::round<days>(end - begin).count();
}

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

} // namespace

BackfillPlan::BackfillPlan(const config::Account& account)
{
    change(account);
}

void BackfillPlan::change(const config::Account& account)
{
    timezone_ = account.timezone;
    settings_ = account.backfill;
    settling_margin_ = account.settling_margin;
    calls_a_day_ =
        static_cast<double>(collectors::choose_day_queries(account, {}).size()) + calls_for_series;
}

void BackfillPlan::remember(const model::AccountHistory& history)
{
    row_ = history.backfill;
    newest_day_end_ = history.newest_day_end;
    final_days_ = {history.settled_days.begin(), history.settled_days.end()};
    begin_search_anew();
}

void BackfillPlan::begin_search_anew()
{
    search_.reset();
    series.reset();
    totals_over = false;
}

void BackfillPlan::learn(const model::Batch& rows)
{
    for (const auto& run : rows.runs)
        if (run.collector == "backfill")
            last_calls_ = run.calls;
    for (const auto& day : rows.days)
        newest_day_end_ = std::max(newest_day_end_.value_or(day.day_end), day.day_end);
    if (!rows.backfills.empty())
        row_ = rows.backfills.back();
    for (const auto& day : rows.days)
        if (day.is_final)
            final_days_.insert(day.day);
    const bool begins = row_ && !row_->first_day_end;
    if (!finished() && !begins)
        return;
    if (finished())
        final_days_.clear();
    begin_search_anew();
}

std::optional<model::Backfill>
BackfillPlan::reopened(const std::vector<model::AccountDay>& days, model::Instant now) const
{
    if (!row_ || !newest_day_end_)
        return std::nullopt;
    const bool shows_hole = std::ranges::any_of(days, [&](const model::AccountDay& day) {
        return day.day_end > *newest_day_end_ + collectors::series_reach;
    });
    if (!shows_hole)
        return std::nullopt;
    const auto unsettled =
        std::chrono::ceil<std::chrono::days>(collectors::settling_delay + settling_margin_) +
        std::chrono::days{1};
    const auto since = collectors::day_ending_at(*newest_day_end_, timezone_) - unsettled;
    if (!finished()) // it was not through with what is older, either
        return asked_for(
            row_->since ? std::optional{std::min(*row_->since, since)} : std::nullopt, now);
    return asked_for(since, now);
}

std::optional<model::Instant> BackfillPlan::next_due(model::Instant now) const
{
    if (finished())
        return std::nullopt;
    if (pace_ == Pace::at_once)
        return now;
    if (last_calls_ == 0 && next_step() == Step::read_posts)
        return now + live_work_wait;
    return now + std::chrono::seconds{std::chrono::hours{last_calls_}} / settings_.calls_per_hour;
}

BackfillPlan::Step BackfillPlan::next_step() const
{
    if (!row_ || (!row_->first_day_end && row_->ended_because.empty()))
        return Step::begin;
    if (!row_->media_expected)
        return Step::count_posts;
    if (row_->ended_because.empty())
        return Step::look_back;
    return row_->next_day_end ? Step::read_day : Step::read_posts;
}

model::Backfill BackfillPlan::row_at(model::Instant now) const
{
    auto row = row_.value_or(asked_for(std::nullopt, now));
    row.updated_at = now;
    row.last_error.clear();
    row.eta = eta(row, now);
    return row;
}

model::Backfill
BackfillPlan::begun(const std::vector<collectors::DayWindow>& windows, model::Instant now) const
{
    auto row = row_at(now);
    const auto settled = std::find_if(windows.rbegin(), windows.rend(), [&](const auto& window) {
        return collectors::is_settled(window, settling_margin_, now);
    });
    if (settled != windows.rend())
        row.first_day_end = settled->end;
    else
        row.ended_because = "account_insights is switched off";
    if (settled == windows.rend())
        row.days_expected = 0;
    return row;
}

model::Instant BackfillPlan::limit() const
{
    if (!row_->since)
        return row_->started_at - furthest_back;
    // Where that day begins is known from the boundaries, not from its name.
    auto begin = *row_->first_day_end;
    for (const auto& day : days_from(begin, model::Instant{*row_->since} - days{2}))
        if (day.day >= *row_->since)
            begin = day.begin;
    return begin;
}

collectors::EndSearch& BackfillPlan::search()
{
    if (!search_)
        search_.emplace(row_->probed_to.value_or(*row_->first_day_end), limit(), timezone_);
    return *search_;
}

model::Backfill BackfillPlan::looked(const collectors::EndSearch& search, model::Instant now) const
{
    auto row = row_at(now);
    row.probed_to = search.reached();
    if (const auto& oldest = search.oldest_served()) {
        row.served_from = oldest->begin;
        row.oldest_served_day = oldest->day;
    }
    if (!search.found())
        return row;
    const bool reached_two_years = search.reached_limit() && !row.since;
    row.ended_because = reached_two_years
                            ? "two years back: no source promises more, --since asks for more"
                            : search.ended_because();
    if (row.served_from)
        row.next_day_end = row.first_day_end;
    row.days_expected = row.served_from ? days_between(*row.served_from, *row.first_day_end) : 0;
    row.eta = eta(row, now);
    return row;
}

std::optional<collectors::DayWindow>
BackfillPlan::next_day(const std::set<model::Instant>& points) const
{
    for (auto end = row_->next_day_end; end;) {
        const auto day = collectors::days_before(*end, points, timezone_, 1, *row_->served_from);
        if (day.empty())
            break;
        if (!final_days_.contains(day.front().day))
            return day.front();
        end = day.front().begin;
    }
    return std::nullopt;
}

model::Backfill BackfillPlan::read_down_to(
    const std::optional<collectors::DayWindow>& day, model::Instant now) const
{
    auto row = row_at(now);
    const auto left = day ? days_between(*row.served_from, day->begin) : 0;
    row.days_done = row.days_expected.value_or(0) - left;
    row.next_day_end = left > 0 ? std::optional{day->begin} : std::nullopt;
    row.eta = eta(row, now);
    return row;
}

model::Backfill BackfillPlan::with_posts(const PostCount& posts, model::Instant now) const
{
    auto row = row_at(now);
    row.media_done = posts.read;
    if (posts.list_is_whole)
        row.media_expected = posts.listed;
    const bool days_are_done = !row.ended_because.empty() && !row.next_day_end;
    if (days_are_done && posts.list_is_whole && posts.read >= posts.listed)
        row.finished_at = now;
    row.eta = eta(row, now);
    return row;
}

model::Backfill BackfillPlan::failed(const std::string& reason, model::Instant now) const
{
    auto row = row_at(now);
    row.last_error = reason;
    return row;
}

std::vector<collectors::DayWindow>
BackfillPlan::days_from(model::Instant end, model::Instant earliest) const
{
    return collectors::days_before(end, {}, timezone_, any_number, earliest);
}

/// Days that are stored as final cost nothing.
std::optional<model::Instant>
BackfillPlan::eta(const model::Backfill& row, model::Instant now) const
{
    if (row.finished_at || !row.days_expected || pace_ == Pace::at_once)
        return std::nullopt;
    std::int64_t days_left = 0;
    if (row.next_day_end) {
        const auto newest = collectors::day_ending_at(*row.next_day_end, timezone_);
        days_left =
            days_between(*row.served_from, *row.next_day_end) -
            std::distance(
                final_days_.lower_bound(*row.oldest_served_day), final_days_.upper_bound(newest));
    }
    const auto posts_left = row.media_expected.value_or(row.media_done) - row.media_done;
    const auto calls = static_cast<double>(days_left) * calls_a_day_ +
                       static_cast<double>(posts_left) * calls_a_post;
    const std::chrono::duration<double> wait =
        std::chrono::hours{1} * (calls / static_cast<double>(settings_.calls_per_hour));
    return now + std::chrono::ceil<std::chrono::seconds>(wait);
}

model::Backfill asked_for(std::optional<model::Day> since, model::Instant now)
{
    model::Backfill row;
    row.started_at = now;
    row.updated_at = now;
    row.since = since;
    return row;
}

} // namespace insightd::daemon
