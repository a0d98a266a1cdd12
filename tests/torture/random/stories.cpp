#include "tests/torture/random/stories.hpp"

#include "tests/torture/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

/// A metric that every story is asked for, in the first of its calls.
constexpr std::string_view asked_first = "reach";

/// Virtual time from the begin of a reading to its first answer, on a busy machine.
constexpr std::chrono::microseconds longest_reading = 10min;

/// Tries after the end go on for two hours, and begin anew with each life; no limit of the platform
/// lasts longer than a day.
constexpr std::chrono::microseconds long_over = 36h;

class Stories
{
public:
    Stories(
        const Evidence& seen, const Closeness& close_by,
        const std::function<bool(sandbox::Instant)>& holds_up, const Excuse& excuse)
        : seen_{seen}, close_by_{close_by}, holds_up_{holds_up}, excuse_{excuse}
    {
    }

    std::vector<std::string> complaints()
    {
        for (const auto& line : seen_.stories) {
            const auto given = answers_of(line);
            const auto counted = that_count(line, given);
            if (line.state == "open")
                check_open(line);
            else if (line.state == "missed")
                check_missed(line, counted);
            check_last_numbers(line, given, counted);
        }
        return std::move(complaints_);
    }

private:
    void complain(const StoryLine& line, std::string_view what)
    {
        complaints_.push_back(fmt::format(
            "story {} of {}, which ended at {}, {}", line.media, line.account,
            text_of(line.expires_at), what));
    }

    const std::vector<Answer>& answers_of(const StoryLine& line) const
    {
        static const std::vector<Answer> none;
        const auto found = seen_.answers.find(name_of_post(asked_first, line.media));
        return found == seen_.answers.end() ? none : found->second;
    }

    /// Those that must have been stored.
    std::vector<Answer> that_count(const StoryLine& line, const std::vector<Answer>& given) const
    {
        const auto name = fmt::format("the ledger of story {}", line.media);
        std::vector<Answer> some;
        for (const auto& answer : given)
            if (excuse_(name, answer).empty())
                some.push_back(answer);
        return some;
    }

    void check_open(const StoryLine& line)
    {
        if (line.expires_at + long_over < seen_.pace.virtually(seen_.lives.back().until))
            complain(line, "is still open");
    }

    void check_missed(const StoryLine& line, const std::vector<Answer>& counted)
    {
        if (line.reason_kind == "not_asked")
            complain(line, "was missed for no reason of its own");
        if (holds_up_(line.window_from))
            return;
        for (const auto& answer : counted)
            if (answer.virtually >= line.window_from + longest_reading)
                return complain(
                    line, fmt::format(
                              "was missed, but its numbers were answered at {}",
                              text_of(answer.virtually)));
    }

    void check_last_numbers(
        const StoryLine& line, const std::vector<Answer>& given, const std::vector<Answer>& counted)
    {
        if (line.last_numbers_at && !was_answered(line, given))
            complain(line, "has numbers that were not answered");
        if (line.state == "open" || counted.empty())
            return;
        const auto& last = counted.back();
        const auto known = line.last_numbers_at.value_or(sandbox::Instant{});
        if (known + close_by_(last, known) < last.virtually)
            complain(line, fmt::format("lacks its last numbers, of {}", text_of(last.virtually)));
    }

    bool was_answered(const StoryLine& line, const std::vector<Answer>& given) const
    {
        return std::ranges::any_of(given, [&](const Answer& answer) {
            return std::chrono::abs(answer.virtually - *line.last_numbers_at) <
                   close_by_(answer, *line.last_numbers_at);
        });
    }

    const Evidence& seen_;
    const Closeness& close_by_;
    const std::function<bool(sandbox::Instant)>& holds_up_;
    const Excuse& excuse_;
    std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> check_stories(
    const Evidence& evidence, const Closeness& close_by,
    const std::function<bool(sandbox::Instant)>& holds_up, const Excuse& excuse)
{
    return Stories{evidence, close_by, holds_up, excuse}.complaints();
}

} // namespace insightd::torture
