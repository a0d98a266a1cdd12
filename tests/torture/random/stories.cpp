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

/// What lists tell, which is no reading of a story.
constexpr std::array<std::string_view, 3> of_lists{listing, "like_count", "comments_count"};

/// Virtual time from the begin of a reading to its first answer, on a busy machine.
constexpr std::chrono::microseconds longest_reading = 10min;

/// What ended shortly before its last minutes may still be felt in them; in real time.
constexpr auto before_the_window = 1s;

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
        gather_readings();
        for (const auto& line : seen_.stories) {
            const auto& given = readings_[line.media];
            const auto counted = that_count(given);
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

    /// Of the numbers of one answer, which come at one instant, the first.
    void gather_readings()
    {
        constexpr std::string_view of_post = " of post ";
        std::map<std::int64_t, std::map<sandbox::Instant, Answer>> found;
        for (const auto& [name, given] : seen_.answers) {
            const auto at = name.rfind(of_post);
            if (at == std::string::npos || std::ranges::count(of_lists, name.substr(0, at)) > 0)
                continue;
            auto& readings = found[std::stoll(name.substr(at + of_post.size()))];
            for (const auto& answer : given) {
                readings.emplace(answer.virtually, answer);
                for (const auto instant : answer.or_at)
                    readings.emplace(instant, answer).first->second.virtually = instant;
            }
        }
        for (const auto& [media, by_time] : found)
            for (const auto& [instant, answer] : by_time)
                readings_[media].push_back(answer);
    }

    /// Those that must have been stored.
    std::vector<Answer> that_count(const std::vector<Answer>& given) const
    {
        std::vector<Answer> some;
        for (const auto& answer : given)
            if (excuse_("a story at " + text_of(answer.at), answer).empty())
                some.push_back(answer);
        return some;
    }

    void check_open(const StoryLine& line)
    {
        if (line.expires_at + long_over < seen_.pace.virtually(seen_.lives.back().until))
            complain(line, "is still open");
    }

    /// A process that is suspended, or waits for a disk, cannot know what held it up.
    bool was_disturbed(const StoryLine& line) const
    {
        const auto from = seen_.pace.really(line.window_from) - before_the_window;
        const auto until = seen_.pace.really(line.expires_at);
        return std::ranges::any_of(seen_.troubles, [&](const Trouble& trouble) {
            return trouble.from < until && trouble.until > from;
        });
    }

    /// Its account was answered something in its last minutes: the machine did not stand still.
    bool was_at_work(const StoryLine& line) const
    {
        return std::ranges::any_of(seen_.answers, [&](const auto& entry) {
            return std::ranges::any_of(entry.second, [&](const Answer& answer) {
                return answer.account == line.account && answer.virtually >= line.window_from &&
                       answer.virtually < line.expires_at;
            });
        });
    }

    void check_missed(const StoryLine& line, const std::vector<Answer>& counted)
    {
        if (line.reason_kind == "not_asked" && !was_disturbed(line) && was_at_work(line))
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
            complain(
                line,
                fmt::format(
                    "has numbers of {} that were not answered", text_of(*line.last_numbers_at)));
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
    std::map<std::int64_t, std::vector<Answer>> readings_; ///< by story, by time
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
