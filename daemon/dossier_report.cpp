#include "daemon/dossier_report.hpp"

#include "daemon/account.hpp"
#include "daemon/post_loading.hpp"
#include "daemon/scheduling/cadence.hpp"
#include "daemon/token_words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::daemon
{
namespace
{

namespace json = boost::json;
using Line = std::vector<std::string>;

std::string words(std::chrono::seconds span)
{
    constexpr std::array units{
        std::pair{86'400, "d"}, std::pair{3'600, "h"}, std::pair{60, "min"}, std::pair{1, "s"}};
    for (const auto& [seconds, name] : units)
        if (span.count() % seconds == 0)
            return fmt::format("{} {}", span.count() / seconds, name);
    return "";
}

std::string
rule_of_tier(const config::Schedule& schedule, const model::KnownMedia& media, model::Instant now)
{
    const auto* tier = scheduling::tier_of(schedule.media_insights, media.published_at, now);
    if (tier == nullptr)
        return fmt::format(
            "older than {}: past the last tier of schedule.media_insights, never read again",
            words(schedule.media_insights.back().until));
    return fmt::format(
        "younger than {}: every {} (schedule.media_insights)", words(tier->until),
        words(tier->every));
}

/// By how it changes, and the tier that bounds it.
std::string rule_of_post(
    const config::Schedule& schedule, const model::KnownMedia& media,
    const std::optional<scheduling::Plan>& plan, model::Instant now)
{
    const auto tier = rule_of_tier(schedule, media, now);
    if (!plan || schedule.polling == config::Polling::tiers)
        return tier;
    return fmt::format("{}; at the latest {}", scheduling::described(*plan), tier);
}

std::string
rule_of_story(const config::Schedule& schedule, const model::KnownMedia& media, model::Instant now)
{
    if (media.story && media.story->is_highlight)
        return "a highlight: read on at the ages of posts (schedule.media_insights)";
    if (media.story && media.story->state != model::StoryState::open)
        return fmt::format("closed as {}", model::to_string(media.story->state));
    if (*media.expires_at <= now)
        return "it ended " + date_words(*media.expires_at) + ": one try after, then it is closed";
    return fmt::format(
        "alive until {}: every {} (schedule.stories), denser towards its end",
        date_words(*media.expires_at), words(schedule.stories));
}

model::PresenceState presence_of(const model::AccountHistory& history, model::MediaId id)
{
    const auto found = std::ranges::find(history.presences, id, &model::Presence::media_id);
    return found != history.presences.end() ? found->state : model::PresenceState::listed;
}

std::string rule_of(
    const config::Account& settings, const model::AccountHistory& history,
    const model::KnownMedia& media, const std::optional<scheduling::Plan>& plan, model::Instant now)
{
    const auto known = std::ranges::find(history.media, media.id, &model::KnownMedia::id);
    if (media.expires_at)
        return known != history.media.end() ? rule_of_story(settings.schedule, *known, now)
                                            : "closed: it is not read any more";
    const auto presence = presence_of(history, media.id);
    if (presence == model::PresenceState::gone)
        return "it is gone: not read, unless the list shows it again";
    if (!settings.collect.at(config::Collector::media_insights))
        return "media_insights is switched off";
    if (presence == model::PresenceState::suspect)
        return "it may be gone: asked every " + words(suspects_every) + " until that is certain";
    return rule_of_post(settings.schedule, media, plan, now);
}

std::string due_words(const std::optional<model::Instant>& due, model::Instant now)
{
    if (!due)
        return "never";
    return *due <= now ? date_words(*due) + " (overdue)" : date_words(*due);
}

/// A daemon that starts now.
struct Started {
    Started(const config::Account& settings, const Remembered& remembered, model::Instant now)
        : account{0, settings}
    {
        account.remember(remembered.history, now, scheduler);
        for (const auto& post : remembered.posts)
            account.remember_post(post);
        for (const auto& post : remembered.posts)
            account.plan_post(post.id, now, scheduler);
        account.posts_are_remembered(now, scheduler);
    }

    Account account;
    Scheduler scheduler;
};

Line line_of_media(
    const config::Account& settings, const Remembered& remembered, const model::KnownMedia& media,
    model::Instant now)
{
    const Started started{settings, remembered, now};
    const auto job = media.expires_at ? Job::story_insights : Job::media_insights;
    const auto due = started.scheduler.due_of({job, 0, media.id});
    return {
        media.expires_at ? "story_insights" : "media_insights", due_words(due, now),
        rule_of(settings, remembered.history, media, started.account.plan_of(media.id, now), now)};
}

/// When and why a collector is due: by its schedule, unless a failure put it off.
Line line_of_job(
    const Account& account, const model::AccountHistory& history,
    const std::pair<Task, model::Instant>& planned, model::Instant now)
{
    const auto collector = std::string{collector_of(planned.first.job)};
    const auto every = "every " + words(account.interval_of(planned.first.job));
    const auto failing = history.failing.find(collector);
    if (failing == history.failing.end() || failing->second.retry_at <= planned.second)
        return {collector, due_words(planned.second, now), every};
    return {
        collector, due_words(failing->second.retry_at, now),
        fmt::format("{}, put off since it fails: {}", every, failing->second.error)};
}

void add_jobs(
    model::Dossier::Section& section, const config::Account& settings, const Remembered& remembered,
    model::Instant now)
{
    Started started{settings, remembered, now};
    for (auto due = started.scheduler.next_due(); due; due = started.scheduler.next_due())
        if (const auto task = started.scheduler.take_next();
            std::ranges::find(account_jobs, task.job) != account_jobs.end())
            section.lines.push_back(
                line_of_job(started.account, remembered.history, {task, *due}, now));
    for (const auto job : account_jobs)
        if (!started.account.collects(job))
            section.lines.push_back({std::string{collector_of(job)}, "never", "switched off"});
}

json::object object_of(const model::Dossier::Section& section, const Line& line)
{
    json::object object;
    for (std::size_t at = 0; at < line.size(); ++at)
        object[section.columns[at]] = line[at];
    return object;
}

/// Few columns of many lines: a table. One line: a list of its columns.
std::string text_of(const model::Dossier::Section& section)
{
    std::string text = fmt::format("{}\n", section.title);
    for (const auto& line : section.lines) {
        for (std::size_t at = 0; at < line.size(); ++at)
            if (!line[at].empty())
                text += fmt::format("  {:<18}{}\n", section.columns[at], line[at]);
        if (&line != &section.lines.back())
            text += "\n";
    }
    return text;
}

std::string table_of(const model::Dossier::Section& section)
{
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < section.columns.size(); ++at) {
        widths.push_back(section.columns[at].size());
        for (const auto& line : section.lines)
            widths.back() = std::max(widths.back(), line[at].size());
    }
    const auto row = [&](const Line& line) {
        std::string text = " ";
        for (std::size_t at = 0; at < line.size(); ++at)
            text += fmt::format(" {:<{}} ", line[at], at + 1 < line.size() ? widths[at] : 0);
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    };
    std::string text = section.title + "\n" + row(section.columns);
    for (const auto& line : section.lines)
        text += row(line);
    return text;
}

} // namespace

boost::asio::awaitable<Remembered> remembered(storage::Database& database, model::AccountId account)
{
    std::vector<model::AccountId> ids{account};
    Remembered all;
    auto histories = co_await database.history(ids);
    all.history = std::move(histories.front());
    all.posts = co_await database.posts(std::move(ids), beginning_of_time, end_of_time);
    co_return all;
}

void add_rules(
    model::Dossier& dossier, const config::Account* account, const Remembered& remembered,
    model::Instant now)
{
    model::Dossier::Section section{"due next", {"what", "due", "why"}, {}};
    if (account == nullptr)
        section.lines.push_back(
            {"nothing", "never", "the configuration does not name the account"});
    else if (dossier.media)
        section.lines.push_back(line_of_media(*account, remembered, *dossier.media, now));
    else
        add_jobs(section, *account, remembered, now);
    dossier.sections.push_back(std::move(section));
}

std::string dossier_text(const model::Dossier& dossier)
{
    auto text = dossier.media ? fmt::format(
                                    "{} {} of {}\n", dossier.media->product_type, dossier.media->id,
                                    dossier.account)
                              : fmt::format("account {}\n", dossier.account);
    for (const auto& section : dossier.sections)
        text += "\n" + (section.lines.size() == 1 ? text_of(section) : table_of(section));
    return text;
}

std::string dossier_json(const model::Dossier& dossier)
{
    json::object all{{"account", dossier.account}};
    if (dossier.media)
        all["media_id"] = std::to_string(dossier.media->id);
    for (const auto& section : dossier.sections) {
        json::array lines;
        for (const auto& line : section.lines)
            lines.push_back(object_of(section, line));
        all[section.title] = std::move(lines);
    }
    return json::serialize(all) + "\n";
}

} // namespace insightd::daemon
