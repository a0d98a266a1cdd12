#include "tests/torture/random/days.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

/// From the begin of a walk, which its rows are stamped with, to the last of its answers.
constexpr std::chrono::microseconds longest_walk = 2h;

/// So long after its end a day is read again and again; an older one may be told a last time and
/// fall out of what is asked for. Source: graph-api.md section 5.
constexpr std::chrono::hours settling{48};

/// "reach of account 17841400000001000 in the day to 1772956800"
bool is_unsettled(const std::string& name, const Answer& answer)
{
    const std::chrono::seconds end{std::stoll(name.substr(name.rfind(' ') + 1))};
    return answer.virtually < sandbox::Instant{end} + settling;
}

/// The newest row of a day, by account.
std::map<std::int64_t, sandbox::Instant> newest_rows(const Evidence& seen)
{
    std::map<std::int64_t, sandbox::Instant> newest;
    for (const auto& [name, given] : seen.answers)
        if (const auto rows = seen.ledger.series.find(name);
            given.front().is_of_walk && rows != seen.ledger.series.end()) {
            auto& instant = newest[given.front().account];
            instant = std::max(instant, rows->second.back().observed_at);
        }
    return newest;
}

/// One walk may ask for a day's number twice: each answer has an excuse of its own.
const Answer*
last_that_counts(const std::string& name, const std::vector<Answer>& given, const Excuse& excuse)
{
    const Answer* last = nullptr;
    for (const auto& answer : given)
        if (answer.is_of_walk && !answer.is_repeated &&
            excuse(fmt::format("{} at {}", name, text_of(answer.at)), answer).empty())
            last = &answer;
    return last;
}

bool is_stored(const Evidence& seen, const std::string& name, double number)
{
    const auto rows = seen.ledger.series.find(name);
    return rows != seen.ledger.series.end() &&
           std::ranges::find(rows->second, number, &Stored::number) != rows->second.end();
}

} // namespace

std::vector<std::string> check_days(const Evidence& evidence, const Excuse& excuse)
{
    std::vector<std::string> complaints;
    auto newest = newest_rows(evidence);
    for (const auto& [name, given] : evidence.answers) {
        const auto* last = last_that_counts(name, given, excuse);
        if (last == nullptr || !is_unsettled(name, *last) ||
            newest[last->account] < last->virtually + longest_walk ||
            is_stored(evidence, name, last->number))
            continue;
        complaints.push_back(fmt::format(
            "{} {}, answered last at {} ({}), is not stored, but a later walk is", last->number,
            name, text_of(last->at), text_of(last->virtually)));
    }
    return complaints;
}

} // namespace insightd::torture
