#include "tests/replicas/checks.hpp"
#include "tests/support/private_postgres.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace insightd::torture
{
namespace
{

using insightd::testing::query;
using namespace std::chrono_literals;

/// Virtual time between an answer and its being noted, on a busy machine.
constexpr auto close_by = 10min;

/// From an answer to its being on a disk: a turn's length at most.
constexpr auto in_flight = 12s;

/// Real answers that a signal may have cut off, of all.
constexpr double cut_off_share = 0.2;

struct Stored {
    sandbox::Instant observed_at;
    std::int64_t views;
};

using Series = std::map<std::int64_t, std::vector<Stored>>;

Series stored(const std::string& database)
{
    Series all;
    for (const auto& row : query(
             database,
             "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, views "
             "FROM store.media_sample WHERE views IS NOT NULL ORDER BY 1, 2"))
        all[std::stoll(*row[0])].push_back(
            {sandbox::Instant{std::chrono::microseconds{std::stoll(*row[1])}},
             std::stoll(*row[2])});
    return all;
}

/// A row stands for its number until the next one: only changes have rows.
bool is_stored(const Answer& answer, const std::vector<Stored>& series)
{
    for (std::size_t index = series.size(); index-- > 0;) {
        if (series[index].observed_at > answer.virtually + close_by)
            continue;
        if (series[index].views == answer.views)
            return true;
        if (series[index].observed_at + close_by < answer.virtually)
            return false;
    }
    return false;
}

bool was_answered(const Stored& row, const std::vector<Answer>& answers)
{
    return std::ranges::any_of(answers, [&](const Answer& answer) {
        return answer.views == row.views && answer.virtually < row.observed_at + close_by &&
               row.observed_at < answer.virtually + close_by;
    });
}

/// Killed before it was stored; stopped, or told to stop, while the answer was on its way.
bool may_be_cut_off(const Answer& answer, const std::vector<Trouble>& troubles)
{
    return std::ranges::any_of(troubles, [&](const Trouble& trouble) {
        if (trouble.kind == Trouble::Kind::outage || trouble.replica != answer.replica)
            return false;
        const auto before = trouble.kind == Trouble::Kind::kill ? in_flight : 2s;
        return answer.at > trouble.at - before && answer.at < trouble.until + 1s;
    });
}

} // namespace

std::vector<std::string> check_numbers(const Story& story)
{
    std::vector<std::string> wrong;
    const auto series = stored(story.database);
    std::size_t answers = 0, cut_off = 0, rows = 0;
    for (const auto& [media, given] : story.platform.answers()) {
        const auto known = series.find(media);
        for (const auto& answer : given) {
            ++answers;
            if (known != series.end() && is_stored(answer, known->second))
                continue;
            if (may_be_cut_off(answer, story.troubles))
                ++cut_off;
            else
                wrong.push_back(fmt::format(
                    "{} views of {}, answered to replica {} at {}, are not stored", answer.views,
                    media, answer.replica, text_of(answer.at)));
        }
    }
    for (const auto& [media, lines] : series) {
        rows += lines.size();
        const auto given = story.platform.answers().find(media);
        for (const auto& row : lines)
            if (given == story.platform.answers().end() || !was_answered(row, given->second))
                wrong.push_back(
                    fmt::format("{} views of {} were never answered", row.views, media));
    }
    fmt::print(
        "{} answers about {} posts in {} rows; {} cut off by a signal; {} wrong\n", answers,
        story.platform.answers().size(), rows, cut_off, wrong.size());
    if (answers < story.platform.accounts().size() ||
        static_cast<double>(cut_off) > cut_off_share * static_cast<double>(answers))
        wrong.push_back("too few answers to compare");
    if (wrong.size() > 10)
        wrong.resize(10);
    return wrong;
}

} // namespace insightd::torture
