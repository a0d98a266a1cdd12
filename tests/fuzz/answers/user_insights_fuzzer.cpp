#include "collectors/account_insights.hpp"
#include "collectors/audience.hpp"
#include "collectors/insights.hpp"
#include "tests/fuzz/answer.hpp"

// Insights of the account: series, totals and breakdowns, the audience.

namespace insightd::fuzz
{
namespace
{

const model::Day day{std::chrono::year{2025} / 11 / 24};

void decode_days(const boost::json::value& body, model::Batch& batch)
{
    if (const auto series = collectors::decode_series(body))
        for (const auto& [end, readings] : series->by_end_time)
            batch.days.push_back({day, end, now, false, readings});
    static const std::vector<std::string> asked{"reach", "views", "follows_and_unfollows"};
    if (const auto totals = collectors::decode_readings(body, asked, collectors::Case::as_sent))
        batch.days.push_back({day, now, now, true, *totals});
}

void decode_audience(const boost::json::value& body, model::Batch& batch)
{
    static const collectors::AudienceQuestion question{"follower_demographics", "age", "this_week"};
    if (auto split = collectors::decode_demographics(body, question, now))
        batch.demographics.push_back(std::move(*split));
    if (auto hours = collectors::decode_online_followers(body, "America/Sao_Paulo", now))
        batch.online_followers = std::move(*hours);
}

} // namespace

void decode(const boost::json::value& body)
{
    model::Batch batch;
    decode_days(body, batch);
    decode_audience(body, batch);
    store(batch);
}

} // namespace insightd::fuzz
