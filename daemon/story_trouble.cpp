#include "daemon/story_trouble.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::daemon
{
namespace
{

using graph::FailureClass;

struct Kind {
    std::string_view name;
    std::string_view words;
};

constexpr std::string_view api_failing = "api_failing";
constexpr std::string_view held_back = "held_back";
constexpr std::string_view throttled = "throttled";
constexpr std::string_view token_dead = "token_dead";
constexpr std::string_view account_paused = "account_paused";
constexpr std::string_view no_permission = "no_permission";

constexpr std::array kinds{
    Kind{api_failing, "the API was unreachable or failed"},
    Kind{throttled, "the platform throttled the account or the app"},
    Kind{held_back, "the rate limit was nearly used up"},
    Kind{token_dead, "the account's token was dead"},
    Kind{account_paused, "the platform blocked the account"},
    Kind{no_permission, "the token lacked the permission"},
    Kind{
        trouble::refused,
        "the platform refused it as gone: deleted before its end, or throttled in disguise"},
    Kind{trouble::no_numbers, "the platform answered without any number"},
    Kind{trouble::not_running, "insightd was not running"},
    Kind{trouble::rows_lost, "its readings could not be stored"},
    Kind{trouble::found_late, "the list of stories showed it too late"},
    Kind{trouble::not_asked, "it was not asked"},
};

constexpr std::array by_failure{
    std::pair{FailureClass::app_throttled, throttled},
    std::pair{FailureClass::account_throttled, throttled},
    std::pair{FailureClass::held_back, held_back},
    std::pair{FailureClass::needs_login, token_dead},
    std::pair{FailureClass::blocked, account_paused},
    std::pair{FailureClass::no_permission, no_permission},
    std::pair{FailureClass::object_gone, trouble::refused},
};

/// Spans are merged beyond this many: a story's line stays short however bad its day was.
constexpr std::size_t most_spans = 12;

std::string text_of(model::Instant instant)
{
    return date::format("%FT%TZ", std::chrono::floor<std::chrono::seconds>(instant));
}

std::string words_of(const model::StoryTrouble& span)
{
    const auto kind = std::ranges::find(kinds, span.kind, &Kind::name);
    const auto words = kind != kinds.end() ? kind->words : std::string_view{span.kind};
    return fmt::format("{} from {} to {}", words, text_of(span.from), text_of(span.to));
}

/// Those that touch its last minutes, cut to what had passed.
std::vector<model::StoryTrouble> at_the_end(const model::StoryEntry& entry, model::Instant now)
{
    std::vector<model::StoryTrouble> spans;
    for (auto span : entry.troubles) {
        span.to = std::min(span.to, now);
        if (span.to >= entry.window_from && span.from <= now)
            spans.push_back(std::move(span));
    }
    return spans;
}

} // namespace

std::string_view trouble_of(graph::FailureClass kind)
{
    const auto found =
        std::ranges::find(by_failure, kind, [](const auto& line) { return line.first; });
    return found != by_failure.end() ? found->second : api_failing;
}

void add_trouble(
    std::vector<model::StoryTrouble>& troubles, std::string_view kind, model::Instant from,
    model::Instant to)
{
    const bool goes_on = !troubles.empty() && troubles.back().kind == kind;
    if (goes_on)
        troubles.back().to = std::max(troubles.back().to, to);
    else
        troubles.push_back({std::string{kind}, from, std::max(from, to)});
    if (troubles.size() > most_spans)
        troubles.erase(troubles.begin());
}

Reason reason_for(const model::StoryEntry& entry, model::Instant now)
{
    auto spans = at_the_end(entry, now);
    if (entry.found_at > entry.window_from)
        spans.push_back({std::string{trouble::found_late}, entry.published_at, entry.found_at});
    if (spans.empty())
        spans.push_back(
            {std::string{trouble::not_asked},
             std::min(entry.last_answer_at.value_or(entry.window_from), entry.window_from), now});
    const auto length = [&](const model::StoryTrouble& span) {
        return std::min(span.to, entry.expires_at) - std::max(span.from, entry.window_from);
    };
    const auto longest = std::ranges::max_element(spans, {}, length);
    std::string words;
    for (const auto& span : spans)
        words += (words.empty() ? "" : "; ") + words_of(span);
    return {longest->kind, words};
}

} // namespace insightd::daemon
