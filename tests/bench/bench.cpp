#include "collectors/catalog.hpp"
#include "collectors/insights.hpp"
#include "daemon/scheduler.hpp"
#include "storage/database.hpp"
#include "storage/metric_columns.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/core.h>
#include <pqxx/pqxx>

#include <array>
#include <chrono>
#include <string_view>
#include <vector>

// What single parts can do, on this machine, now. tests/bench/run adds the end to end comparison.
namespace insightd
{
namespace
{

using Clock = std::chrono::steady_clock;
using insightd::testing::at;

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Parsing and decoding one answer of /<media>/insights, as the collectors do it.
double answers_decoded_per_second()
{
    const auto text = insightd::testing::fixture_text("graph/media-insights-reels.json");
    constexpr int answers = 50'000;
    std::size_t values = 0;
    const auto start = Clock::now();
    for (int answer = 0; answer < answers; ++answer) {
        const auto readings = collectors::decode_readings(
            boost::json::parse(text), {"reach", "views"}, collectors::Case::folded);
        values += readings->values.size();
    }
    const auto rate = answers / seconds_since(start);
    if (values != std::size_t{answers} * 11)
        fmt::print("warning: the decoder lost values\n");
    return rate;
}

constexpr model::AccountId account = 17841400000000001;
constexpr int posts = 1'000;
constexpr int polls = 40;

model::MediaSample sample(int post, int poll, model::Instant start)
{
    model::MediaSample sample;
    sample.media_id = 17900000000000000 + post;
    sample.observed_at = start + poll * std::chrono::minutes{15};
    for (const auto& [metric, column] : storage::media_columns().first(9))
        sample.readings.values.push_back(
            {std::string{metric}, model::Number{std::int64_t{1'000} + poll * 7 + post}});
    return sample;
}

/// Changed samples through Database::write, 50 posts in a transaction as the daemon writes them.
double samples_written_per_second(const std::string& url, model::Instant start)
{
    boost::asio::io_context loop{1};
    storage::Database database{url};
    insightd::testing::run(
        loop, database.prepare({{account, "bench", "instagram", "UTC", {}}}, {}));
    const auto began = Clock::now();
    for (int poll = 0; poll < polls; ++poll)
        for (int first = 0; first < posts; first += 50) {
            model::Batch batch;
            batch.account_id = account;
            for (int post = first; post < first + 50; ++post)
                batch.samples.push_back(sample(post, poll, start));
            insightd::testing::run(
                loop, database.write(std::make_shared<const model::Batch>(std::move(batch))));
        }
    return posts * polls / seconds_since(began);
}

/// The same rows into a table of the same shape, by COPY in one transaction.
double samples_copied_per_second(const std::string& url)
{
    pqxx::connection connection{url};
    std::vector<std::array<std::string, 12>> rows;
    {
        pqxx::nontransaction tx{connection};
        tx.exec0("CREATE TABLE store.copied (LIKE store.media_sample INCLUDING ALL)");
        std::array<std::string, 12> copied;
        for (const auto& row : tx.exec("SELECT * FROM store.media_sample")) {
            for (std::size_t at = 0; at < copied.size(); ++at)
                copied.at(at) = row[static_cast<pqxx::row::size_type>(at)].c_str();
            rows.push_back(copied);
        }
    }
    const auto began = Clock::now();
    pqxx::work tx{connection};
    pqxx::stream_to stream{
        tx, "store.copied",
        std::vector<std::string>{
            "account_id", "media_id", "observed_at", "views", "reach", "likes", "comments", "saved",
            "shares", "follows", "total_interactions", "profile_visits"}};
    for (const auto& row : rows)
        stream << row;
    stream.complete();
    tx.commit();
    return static_cast<double>(rows.size()) / seconds_since(began);
}

/// A million tasks in and out of the scheduler.
double tasks_scheduled_per_second(model::Instant start)
{
    constexpr int tasks = 1'000'000;
    daemon::Scheduler scheduler;
    scheduling::PostTable table;
    scheduler.attach(0, table);
    const auto began = Clock::now();
    for (int task = 1; task <= tasks; ++task) {
        table.add(task);
        scheduler.add(
            {daemon::Job::media_insights, 0, task},
            start + std::chrono::seconds{(task * 7919LL) % 86'400});
    }
    std::size_t taken = 0;
    for (int minute = 0; minute <= 24 * 60; ++minute)
        taken += scheduler.take_due(start + std::chrono::minutes{minute}).size();
    if (taken != tasks)
        fmt::print("warning: the scheduler lost tasks\n");
    return tasks / seconds_since(began);
}

void run_all()
{
    const auto start = at("2026-03-01T00:00:00Z");
    fmt::print("API answers decoded per second      {:>12.0f}\n", answers_decoded_per_second());
    fmt::print(
        "tasks scheduled per second          {:>12.0f}\n", tasks_scheduled_per_second(start));
    const auto url = insightd::testing::durable_database();
    const auto written = samples_written_per_second(url, start);
    const auto copied = samples_copied_per_second(url);
    fmt::print("samples written per second          {:>12.0f}\n", written);
    fmt::print("the same rows by raw COPY           {:>12.0f}\n", copied);
    fmt::print("written / COPY                      {:>12.2f}\n", written / copied);
    const auto size =
        std::stod(insightd::testing::query1(
                      url, "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits "
                           "WHERE inhparent = 'store.media_sample'::regclass")
                      .value());
    fmt::print("bytes per stored value, indexes in  {:>12.1f}\n", size / (posts * polls * 9.0));
}

} // namespace
} // namespace insightd

int main()
{
    insightd::run_all();
}
