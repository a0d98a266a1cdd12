#include "storage/joining.hpp"
#include "storage/write.hpp"
#include "tests/storage/with_database.hpp"

#include <algorithm>
#include <random>

// Batches that are put together leave the same rows as one after the other.
namespace insightd::storage
{
namespace
{

/// Two databases that are told the same story in two ways.
class JoiningTest : public DatabaseTest
{
protected:
    JoiningTest() : other_url{migrated_database()}, other{other_url}
    {
        insightd::testing::run(
            loop, other.prepare(
                      {{account, "shop", "instagram", "America/Sao_Paulo", all_collectors}}, {}));
    }

    void write_one_by_one(const std::vector<model::Batch>& batches)
    {
        for (const auto& batch : batches)
            write(batch);
    }

    void write_together(const std::vector<model::Batch>& batches)
    {
        std::vector<std::vector<Step>> steps;
        for (const auto& batch : batches)
            steps.push_back(steps_of(batch));
        insightd::testing::run(loop, other.write_steps(account, joined(std::move(steps))));
    }

    static std::string everything(const std::string& database_url)
    {
        std::string all;
        for (const auto* table :
             {"media", "media_child", "media_sample", "media_state", "media_count", "story",
              "collection", "account_day", "account_state", "account_sample"})
            for (const auto& row : query(
                     database_url,
                     std::string{"SELECT t::text FROM store."} + table + " t ORDER BY 1"))
                all += std::string{table} + ": " + row[0].value() + "\n";
        return all;
    }

    std::string other_url;
    Database other;
};

model::Media a_post_of(model::Instant observed_at, std::int64_t likes)
{
    model::Media media;
    media.product_type = "FEED";
    media.media_type = "IMAGE";
    media.published_at = noon;
    media.observed_at = observed_at;
    media.like_count = likes;
    return media;
}

/// Few objects, few values and small steps of time, so that everything meets everything.
class Dice
{
public:
    explicit Dice(unsigned seed) : random_{seed} {}

    std::vector<model::Batch> batches()
    {
        std::vector<model::Batch> all(16);
        for (auto& batch : all) {
            now_ += std::chrono::minutes{below(200)};
            fill(batch);
        }
        return all;
    }

private:
    std::int64_t below(std::int64_t end)
    {
        return std::uniform_int_distribution<std::int64_t>{0, end - 1}(random_);
    }
    bool chance(std::int64_t of) { return below(of) == 0; }
    model::MediaId some_media() { return post + below(4); }
    /// Now, or late.
    model::Instant some_time()
    {
        return chance(6) ? now_ - std::chrono::minutes{below(600)} : now_;
    }

    void fill(model::Batch& batch)
    {
        batch.account_id = account;
        for (auto count = below(4); count > 0; --count)
            batch.samples.push_back(sample());
        if (chance(2))
            for (auto count = below(4); count > 0; --count)
                batch.media.push_back(media());
        if (chance(2))
            batch.stories.push_back(story());
        if (chance(3))
            batch.days = one_day(some_time(), chance(2), below(3)).days;
        if (chance(3))
            batch.final_days_again = one_day(now_, true, below(3)).days;
        if (chance(3))
            batch.profiles.push_back(profile());
        for (auto count = below(3); count > 0; --count)
            batch.runs.push_back(run());
    }

    model::MediaSample sample()
    {
        model::MediaSample row{some_media(), some_time(), {}};
        if (chance(5))
            row.readings.values.push_back({"views", Absence::empty});
        else
            row.readings.values.push_back(views(below(3)));
        if (chance(2))
            row.rate = model::PostRate{static_cast<float>(below(9)), 1, 1, 1, row.observed_at};
        return row;
    }

    model::Media media()
    {
        auto row = a_post_of(some_time(), below(3));
        row.id = some_media();
        row.caption = chance(2) ? "one" : "other";
        for (auto child = below(3); child > 0; --child)
            row.children.push_back({child, chance(2) ? "IMAGE" : "VIDEO", {}, {}, {}, {}, {}, {}});
        return row;
    }

    model::Profile profile()
    {
        model::Profile row;
        row.observed_at = some_time();
        row.followers_count = below(3);
        return row;
    }

    model::StoryEntry story()
    {
        model::StoryEntry row;
        row.media_id = some_media();
        row.known_at = row.found_at = some_time();
        row.published_at = noon;
        row.expires_at = noon + std::chrono::hours{24};
        row.window_from = row.expires_at - std::chrono::minutes{15};
        if (chance(2))
            row.last_answer_at = row.last_numbers_at = row.known_at;
        if (row.last_numbers_at)
            row.provenance = model::Provenance::poll;
        const auto closed = below(3);
        row.state = closed == 0   ? model::StoryState::final
                    : closed == 1 ? model::StoryState::missed
                                  : model::StoryState::open;
        if (row.state != model::StoryState::open)
            row.closed_at = row.known_at;
        if (row.state == model::StoryState::missed)
            row.reason = row.reason_kind = "outage";
        return row;
    }

    model::CollectorRun run()
    {
        const bool succeeded = !chance(3);
        model::CollectorRun row{
            chance(2) ? "media" : "stories",
            some_time(),
            succeeded,
            succeeded ? "" : "transient",
            succeeded ? "" : "x",
            below(5),
            {},
            {}};
        if (chance(2))
            row.budget_percent = static_cast<int>(below(100));
        if (chance(2))
            row.next_due = now_;
        return row;
    }

    std::mt19937 random_;
    model::Instant now_ = noon;
};

TEST_F(JoiningTest, LeavesTheSameRowsAsOneAfterTheOther)
{
    Dice dice{1};
    for (int round = 0; round < 60; ++round) {
        const auto batches = dice.batches();
        write_one_by_one(batches);
        write_together(batches);
        ASSERT_EQ(everything(other_url), everything(url)) << "round " << round;
    }
    EXPECT_THAT(everything(url), HasSubstr("story: "));
}

} // namespace
} // namespace insightd::storage
