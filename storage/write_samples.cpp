#include "storage/json_rows.hpp"
#include "storage/rate_columns.hpp"
#include "storage/sample_rows.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::storage
{
namespace
{

std::string polled_rows()
{
    return fmt::format(
        "(SELECT $1::bigint AS account_id, * FROM json_to_recordset($2::json) AS p(media_id "
        "bigint, observed_at timestamptz, {}, {})) r",
        typed_sample_columns(), rate_types);
}

enum Which { months, samples };

/// Made at the first use: the columns' table is another file's.
const std::array<Statement, 2>& statements()
{
    static const std::array made{
        Statement{"media_sample_months", Nature::observation, std::string{months_statement}},
        Statement{"media_samples", Nature::observation, sample_statement(polled_rows())}};
    return made;
}

json::object row_of(const model::MediaSample& sample)
{
    json::object row{{"media_id", sample.media_id}, {"observed_at", text_of(sample.observed_at)}};
    add_readings(row, sample.readings, media_columns());
    add_rate(row, sample.rate);
    return row;
}

} // namespace

void add_samples(Steps& steps, const std::vector<model::MediaSample>& all)
{
    if (all.empty())
        return;
    json::array rows;
    std::vector<model::Instant> times;
    for (const auto& sample : all) {
        rows.push_back(row_of(sample));
        times.push_back(sample.observed_at);
    }
    steps.add(statements()[months], months_of(times));
    for (const auto& round : rounds_of(rows))
        steps.add(statements()[samples], round);
}

std::span<const Statement> sample_statements()
{
    return statements();
}

} // namespace insightd::storage
