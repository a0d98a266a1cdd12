#include "daemon/backfill_work.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/token_keeper.hpp"

#include "collectors/audience.hpp"
#include "collectors/live_media.hpp"
#include "collectors/media.hpp"
#include "collectors/profile.hpp"
#include "collectors/publishing_limit.hpp"
#include "collectors/tags.hpp"

// Which collector a job asks, and with what.
namespace insightd::daemon
{
namespace
{

/// The media list is read to its end this often, else its first page.
constexpr std::chrono::hours whole_list_every{24};

graph::Failure key_is_away(const std::string& why)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::transient;
    failure.message = "the key of people's names is in the database, which is away: " + why;
    return failure;
}

void say_what_is_lost(
    const config::Account& account, const std::vector<model::Conversation>& conversations)
{
    for (const auto& conversation : conversations)
        if (const auto lost = conversation.lost(); lost > 0)
            log::warning(
                "messages_lost", {{"account", account.name},
                                  {"conversation", conversation.key},
                                  {"messages", lost},
                                  {"reason", "more came between two polls than the platform tells "
                                             "details of, or they were deleted"},
                                  {"mend", "a shorter schedule.conversations"}});
}

void say_who_is_refused(const config::Account& account, const model::Competitor& told)
{
    log::warning(
        "competitor_unavailable", {{"account", account.name},
                                   {"competitor", told.username},
                                   {"reason", told.refusal},
                                   {"mend", "look for the name on Instagram and correct or remove "
                                            "it; until then it is asked once a day"}});
}

} // namespace

boost::asio::awaitable<graph::Outcome<std::shared_ptr<const model::Pseudonyms>>>
Engine::names_of_people()
{
    graph::Outcome<std::shared_ptr<const model::Pseudonyms>> names{
        std::shared_ptr<const model::Pseudonyms>{}};
    try {
        names = co_await services_.tokens.people_key().pseudonyms();
    } catch (const model::Unavailable& away) {
        names = key_is_away(away.what());
    }
    co_return names;
}

/// Without the key of the names nothing can be stored: nothing is asked.
boost::asio::awaitable<collectors::Collected>
Engine::ask_conversations(Account& account, graph::Client& api, model::Instant now)
{
    const auto names = co_await names_of_people();
    if (!names)
        co_return collectors::Collected{names.error()};
    auto collected =
        co_await collectors::collect_conversations(api, account.conversations(), **names, now);
    say_what_is_lost(account.settings(), collected.rows.conversations);
    co_return collected;
}

/// The same competitor may be named by several accounts: what another one was told within three
/// quarters of an interval is taken instead of a call, so that one call an interval is enough.
boost::asio::awaitable<collectors::Collected>
Engine::ask_competitor(Account& account, graph::Client& api, model::Instant now)
{
    auto& round = account.competitors();
    const auto username = round.next(now);
    if (!username)
        co_return collectors::Collected{};
    const bool was_refused = round.is_refused(*username);
    const auto* told = told_.since(*username, now - account.interval_of(Job::competitors) * 3 / 4);
    collectors::Collected collected;
    if (told != nullptr)
        collected = round.take(*told);
    else
        collected = co_await collectors::collect_competitor(api, round, now);
    for (const auto& competitor : collected.rows.competitors) {
        told_.note(competitor);
        if (!competitor.refusal.empty() && !was_refused)
            say_who_is_refused(account.settings(), competitor);
    }
    co_return collected;
}

boost::asio::awaitable<collectors::Collected>
Engine::ask_public_edge(Account& account, graph::Client& api, Job job, model::Instant now)
{
    const auto names = co_await names_of_people();
    if (!names)
        co_return collectors::Collected{names.error()};
    if (job == Job::comments)
        co_return co_await collectors::collect_comments(api, account.comments(), **names, now);
    if (job == Job::mentions)
        co_return co_await collectors::collect_mentions(api, account.mentions(), **names, now);
    const bool whole = now >= account.whole_tags_read_at + whole_list_every;
    const auto depth = whole ? collectors::TagsDepth::whole : collectors::TagsDepth::newest;
    auto& refused = account.refused_fields(job, now);
    auto collected =
        co_await collectors::collect_tags(api, account.settings(), **names, depth, refused, now);
    if (whole && !collected.failure)
        account.whole_tags_read_at = now;
    co_return collected;
}

boost::asio::awaitable<collectors::Collected>
Engine::ask(Account& account, graph::Client& api, Job job, model::Instant now)
{
    const auto& settings = account.settings();
    auto& refused = account.refused_fields(job, now);
    switch (job) {
    case Job::stories:
        co_return co_await collectors::collect_story_list(api, settings, refused, now);
    case Job::profile:
        co_return co_await collectors::collect_profile(api, settings, refused, now);
    case Job::media_list: {
        const bool whole = now >= account.whole_list_read_at + whole_list_every;
        const auto depth = whole ? collectors::ListDepth::whole : collectors::ListDepth::newest;
        auto collected = co_await collectors::collect_media(api, settings, depth, refused, now);
        account.is_list_whole = whole;
        if (whole && !collected.failure)
            account.whole_list_read_at = now;
        co_return collected;
    }
    case Job::account_days: {
        auto plan = account.day_plan();
        co_return co_await collectors::collect_account_days(
            api, matrix_, settings, std::move(plan), now);
    }
    case Job::audience:
        co_return co_await collectors::collect_audience(
            api, matrix_, settings, account.followers_count(), now);
    case Job::conversations:
        co_return co_await ask_conversations(account, api, now);
    case Job::competitors:
        co_return co_await ask_competitor(account, api, now);
    case Job::live_media:
        co_return co_await collectors::collect_live_media(
            api, settings, account.is_on_air(), refused, now);
    case Job::publishing_limit:
        co_return co_await collectors::collect_publishing_limit(api, settings, refused, now);
    case Job::tags:
    case Job::comments:
    case Job::mentions:
        co_return co_await ask_public_edge(account, api, job, now);
    case Job::backfill:
        co_return co_await read_past(api, matrix_, account, posts_of_the_past(account, api), now);
    case Job::story_insights:
    case Job::media_insights:
    case Job::token:
        break; // read_media(), look_after_token()
    }
    co_return collectors::Collected{};
}

} // namespace insightd::daemon
