#pragma once

#include "storage/database.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace insightd::storage
{

using insightd::testing::at;
using insightd::testing::day;
using insightd::testing::fresh_database;
using insightd::testing::migrated_database;
using insightd::testing::query;
using insightd::testing::query1;
using model::Absence;
using model::Number;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr model::AccountId account = 17841400000000001;
constexpr model::MediaId post = 17900000000000001;
inline const std::vector<std::string> all_collectors{
    "profile", "media", "media_insights", "stories", "account_insights", "audience"};
inline const auto noon = at("2026-03-01T12:00:00Z");

/// One account in a database of its own.
class DatabaseTest : public ::testing::Test
{
protected:
    DatabaseTest() : url{migrated_database()}, database{url}
    {
        insightd::testing::run(
            loop, database.prepare(
                      {{account, "shop", "instagram", "America/Sao_Paulo", all_collectors}}, {}));
    }

    void write(model::Batch batch)
    {
        batch.account_id = account;
        insightd::testing::run(
            loop, database.write(std::make_shared<const model::Batch>(std::move(batch))));
    }

    void write_sample(model::Instant observed_at, std::vector<model::Reading> values)
    {
        model::Batch batch;
        batch.samples.push_back({post, observed_at, {std::move(values), {}}});
        write(std::move(batch));
    }

    /// Its connections; it makes others.
    void cut_off() const
    {
        query(
            url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                 "WHERE application_name = 'insightd' AND datname = current_database()");
    }

    void write_post(model::Instant observed_at, std::int64_t likes = 1)
    {
        model::Batch batch;
        batch.media.push_back(a_post(observed_at, likes));
        write(std::move(batch));
    }

    static model::Media a_post(model::Instant observed_at, std::int64_t likes = 1)
    {
        model::Media media;
        media.id = post;
        media.product_type = "FEED";
        media.media_type = "IMAGE";
        media.published_at = at("2026-02-27T12:00:00Z");
        media.observed_at = observed_at;
        media.like_count = likes;
        return media;
    }

    std::string count(const std::string& table) const
    {
        return query1(url, "SELECT count(*) FROM " + table).value();
    }

    boost::asio::io_context loop{1};
    std::string url;
    Database database;
};

inline model::Reading views(std::int64_t number)
{
    return {"views", Number{number}};
}

inline model::Batch one_day(model::Instant observed_at, bool is_final, std::int64_t number)
{
    model::Batch batch;
    batch.days.push_back(
        {day("2026-02-28"),
         at("2026-03-01T08:00:00Z"),
         observed_at,
         is_final,
         {{views(number)}, {}}});
    return batch;
}

} // namespace insightd::storage
