#include "tests/torture/ledger.hpp"

#include "storage/metric_columns.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/torture/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace insightd::torture
{
namespace
{

using insightd::testing::query;

/// account, subject, when, day's end, name of the column or of a metric in `extra`, number
constexpr auto numbers_of_all = R"(
WITH line AS (
    SELECT 'post' AS of, account_id, media_id AS subject, observed_at, NULL::timestamptz AS day_end,
        to_jsonb(s) - ARRAY['account_id', 'media_id', 'extra'] || coalesce(extra, '{}') AS numbers
    FROM store.media_sample s
    UNION ALL SELECT 'post', account_id, media_id, observed_at, NULL,
        to_jsonb(s) - ARRAY['account_id', 'media_id'] FROM store.media_count s
    UNION ALL SELECT 'account', account_id, account_id, observed_at, NULL,
        to_jsonb(s) - 'account_id' FROM store.account_sample s
    UNION ALL SELECT 'day', account_id, account_id, observed_at, day_end,
        to_jsonb(s) - ARRAY['account_id', 'extra'] || coalesce(extra, '{}')
    FROM store.account_day s
    UNION ALL SELECT 'day', account_id, account_id, observed_at, day_end,
        (SELECT jsonb_object_agg('online_followers at ' || hour - 1, people)
         FROM unnest(hours) WITH ORDINALITY AS h(people, hour))
    FROM store.online_followers
    UNION ALL SELECT 'post', account_id, media_id, found_at, NULL, jsonb_build_object('listing', 1)
    FROM store.story)
SELECT of, account_id, subject, (extract(epoch FROM observed_at) * 1000000)::bigint,
    extract(epoch FROM day_end)::bigint, key, value
FROM line, jsonb_each_text(numbers)
WHERE jsonb_typeof(numbers -> key) = 'number' ORDER BY observed_at)";

/// The same of breakdowns, with their cells.
constexpr auto splits_of_all = R"(
WITH split AS (
    SELECT 'post' AS of, account_id, media_id AS subject, observed_at, NULL::timestamptz AS day_end,
        m.key || ' by ' || d.key AS name, d.value -> 'cells' AS cells
    FROM store.media_sample, jsonb_each(breakdowns) m, jsonb_each(m.value) d
    UNION ALL SELECT 'day', account_id, account_id, observed_at, day_end,
        m.key || ' by ' || d.key, d.value -> 'cells'
    FROM store.account_day, jsonb_each(breakdowns) m, jsonb_each(m.value) d
    UNION ALL SELECT 'account', account_id, account_id, observed_at, NULL,
        metric || ' by ' || dimension || ' in ' || timeframe, data
    FROM store.demographic_snapshot)
SELECT of, account_id, subject, (extract(epoch FROM observed_at) * 1000000)::bigint,
    extract(epoch FROM day_end)::bigint, name, cells
FROM split WHERE jsonb_array_length(cells) > 0 ORDER BY observed_at)";

constexpr auto count_rows = R"(
SELECT (SELECT count(*) FROM store.media_sample) + (SELECT count(*) FROM store.media_count)
    + (SELECT count(*) FROM store.account_sample) + (SELECT count(*) FROM store.account_day)
    + (SELECT count(*) FROM store.demographic_snapshot)
    + (SELECT count(*) FROM store.online_followers) + (SELECT count(*) FROM store.story))";

std::string metric_of(std::string_view kind, const std::string& column)
{
    const auto columns = kind == "day" ? storage::day_columns() : storage::media_columns();
    const auto found = std::ranges::find(columns, column, &storage::MetricColumn::second);
    return found == columns.end() ? column : std::string{found->first};
}

std::string name_of(const insightd::testing::Row& row)
{
    const auto metric = metric_of(*row[0], *row[5]);
    const auto subject = std::stoll(*row[2]);
    if (*row[0] == "post")
        return name_of_post(metric, subject);
    return row[4] ? name_of_day(metric, subject, std::stoll(*row[4]))
                  : name_of_account(metric, subject);
}

/// [[["tap_forward"], 12], …]
double checksum_of(const std::string& cells)
{
    const auto parsed = boost::json::parse(cells);
    Checksum sum;
    for (const auto& cell : parsed.as_array()) {
        std::string values;
        for (const auto& value : cell.at(0).as_array())
            values += (values.empty() ? "" : ",") + std::string{value.as_string()};
        sum.add(values, cell.at(1).to_number<double>());
    }
    return sum.value();
}

/// Of a day only the last snapshot is kept.
bool is_stored_of_day(
    const Answer& answer, const std::vector<Stored>& series, std::chrono::microseconds close_by)
{
    const auto day = std::chrono::floor<std::chrono::days>(answer.virtually);
    return std::ranges::any_of(series, [&](const Stored& stored) {
        const bool is_this = stored.number == answer.number &&
                             std::chrono::abs(stored.observed_at - answer.virtually) < close_by;
        const bool is_later = stored.observed_at > answer.virtually &&
                              std::chrono::floor<std::chrono::days>(stored.observed_at) == day;
        return is_this || is_later;
    });
}

/// A row stands for its number until the next one: only changes have rows.
bool is_stored_then(
    const Answer& answer, const std::vector<Stored>& series, std::chrono::microseconds close_by)
{
    if (answer.is_repeated || answer.is_of_walk)
        return true;
    if (answer.is_snapshot)
        return is_stored_of_day(answer, series, close_by);
    for (std::size_t index = series.size(); index-- > 0;) {
        if (series[index].observed_at > answer.virtually + close_by)
            continue;
        if (series[index].number == answer.number)
            return true;
        if (series[index].observed_at + close_by < answer.virtually)
            return false;
    }
    return false;
}

Answer answer_at(Answer answer, sandbox::Instant instant)
{
    answer.virtually = instant;
    return answer;
}

bool is_stored(const Answer& answer, const std::vector<Stored>& series, const Closeness& close_by)
{
    const auto is_then = [&](sandbox::Instant instant) {
        return is_stored_then(answer_at(answer, instant), series, close_by(answer, instant));
    };
    return is_then(answer.virtually) || std::ranges::any_of(answer.or_at, is_then);
}

/// A day's row says again what was answered before of the other metrics.
bool was_answered(
    const Stored& stored, const std::vector<Answer>& answers, const Closeness& close_by)
{
    return std::ranges::any_of(answers, [&](const Answer& answer) {
        const auto is_then = [&](sandbox::Instant instant) {
            const auto later = stored.observed_at - instant;
            const bool goes_on = answer.is_of_walk && later > std::chrono::microseconds::zero();
            return goes_on || std::chrono::abs(later) < close_by(answer, stored.observed_at);
        };
        return answer.number == stored.number &&
               (is_then(answer.virtually) || std::ranges::any_of(answer.or_at, is_then));
    });
}

/// For whoever looks for the cause.
std::string when_answered(const Stored& stored, const std::vector<Answer>& answers)
{
    std::string times;
    for (const auto& answer : answers)
        if (answer.number == stored.number)
            times += fmt::format(
                "{} {} ({})", times.empty() ? ", but at" : ",", text_of(answer.virtually),
                text_of(answer.at));
    return times;
}

} // namespace

Ledger read_ledger(const std::string& database)
{
    Ledger ledger;
    const auto note = [&](const insightd::testing::Row& row, double number) {
        const sandbox::Instant at{std::chrono::microseconds{std::stoll(*row[3])}};
        ledger.series[name_of(row)].push_back({at, number});
        ledger.noted[std::stoll(*row[1])].insert(at);
    };
    for (const auto& row : query(database, numbers_of_all))
        note(row, std::stod(*row[6]));
    for (const auto& row : query(database, splits_of_all))
        note(row, checksum_of(*row[6]));
    ledger.rows =
        static_cast<std::size_t>(std::stoull(*insightd::testing::query1(database, count_rows)));
    return ledger;
}

Findings compare(
    const Answers& answers, const Ledger& ledger, const Closeness& close_by, const Excuse& excuse)
{
    static const std::vector<Stored> nothing;
    static const std::vector<Answer> silence;
    Findings found;
    found.rows = ledger.rows;
    for (const auto& [name, given] : answers) {
        const auto known = ledger.series.find(name);
        const auto& series = known == ledger.series.end() ? nothing : known->second;
        for (const auto& answer : given) {
            ++found.answers;
            if (is_stored(answer, series, close_by))
                continue;
            if (const auto why = excuse(name, answer); !why.empty())
                ++found.excused[why];
            else {
                found.moments.push_back(answer.virtually);
                found.wrong.push_back(fmt::format(
                    "{} {}, answered at {} ({}) to {}, is not stored", answer.number, name,
                    text_of(answer.at), text_of(answer.virtually), answer.caller));
            }
        }
    }
    for (const auto& [name, series] : ledger.series) {
        const auto known = answers.find(name);
        const auto& given = known == answers.end() ? silence : known->second;
        for (const auto& stored : series) {
            if (was_answered(stored, given, close_by))
                continue;
            found.moments.push_back(stored.observed_at);
            found.wrong.push_back(fmt::format(
                "{} {} at {} was not answered then{}", stored.number, name,
                text_of(stored.observed_at), when_answered(stored, given)));
        }
        const bool goes_on = !given.empty() && given.front().is_of_walk;
        if (series.size() > given.size() && !goes_on)
            found.wrong.push_back(
                fmt::format("{}: {} rows of {} answers", name, series.size(), given.size()));
    }
    return found;
}

} // namespace insightd::torture
