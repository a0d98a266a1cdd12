#include "storage/spool/cache.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <unistd.h>

// What a start without the database rests on.
namespace insightd::spool
{
namespace
{

using insightd::testing::at;
using insightd::testing::run;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

const auto noon = at("2026-03-01T12:00:00Z");
constexpr model::AccountId shop = 17841400000000001;

model::SealedToken token(const std::string& box, std::int64_t revision)
{
    model::SealedToken sealed;
    sealed.facts.account_id = shop;
    sealed.facts.kind = model::TokenKind::instagram_user;
    sealed.facts.scopes = {"instagram_business_basic"};
    sealed.facts.issued_at = noon;
    sealed.facts.expires_at = noon + std::chrono::days{60};
    sealed.key_id = "0a1b2c3d";
    sealed.box = box;
    sealed.revision = revision;
    return sealed;
}

std::string hex_of(const std::string& bytes)
{
    std::string digits;
    for (const char byte : bytes)
        digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return digits;
}

class CacheTest : public ::testing::Test
{
protected:
    CacheTest()
        : folder{fs::temp_directory_path() / ("insightd-cache-test." + std::to_string(::getpid()))}
    {
        fs::remove_all(folder);
        begin();
    }
    ~CacheTest() override
    {
        end();
        fs::remove_all(folder);
    }

    void end()
    {
        cache.reset();
        disk.reset();
    }
    void begin()
    {
        end();
        disk = std::make_unique<storage::Thread>("the disk");
        const auto say = [this](const News& news) { said.push_back(news.event); };
        cache = std::make_unique<Cache>(*disk, path(), say);
    }
    fs::path path() const { return folder / "cache.db"; }

    /// Everything that lies in the folder.
    std::string bytes() const
    {
        std::string all;
        for (const auto& entry : fs::directory_iterator{folder}) {
            std::ifstream in{entry.path(), std::ios::binary};
            all.append(std::istreambuf_iterator<char>{in}, {});
        }
        return all;
    }

    fs::path folder;
    boost::asio::io_context loop{1};
    std::vector<std::string> said;
    std::unique_ptr<storage::Thread> disk;
    std::unique_ptr<Cache> cache;
};

TEST_F(CacheTest, KeepsATokenAsItWasSealed)
{
    const std::string box{"\0\x01 bytes", 8};
    EXPECT_TRUE(run(loop, cache->put_token(token(box, 7))));
    begin();
    EXPECT_EQ(run(loop, cache->token(shop)), token(box, 7));
    EXPECT_EQ(run(loop, cache->token(2)), std::nullopt);
    EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(CacheTest, OldTokenIsNotInTheFileAnyMore)
{
    run(loop, cache->put_token(token("first box", 1)));
    run(loop, cache->put_token(token("second box", 2)));
    EXPECT_EQ(bytes().find(hex_of("first box")), std::string::npos);
    EXPECT_NE(bytes().find(hex_of("second box")), std::string::npos);
    run(loop, cache->forget_token(shop));
    EXPECT_EQ(bytes().find(hex_of("second box")), std::string::npos);
    EXPECT_EQ(run(loop, cache->token(shop)), std::nullopt);
}

TEST_F(CacheTest, StoriesOfAnAccountTakeThePlaceOfThoseBefore)
{
    model::KnownMedia story;
    story.id = 18000000000000001;
    story.product_type = "STORY";
    story.published_at = noon;
    story.expires_at = noon + std::chrono::hours{24};
    story.checked_at = noon + std::chrono::hours{1};
    auto other = story;
    other.id = 18000000000000002;
    other.checked_at.reset();
    other.story.emplace().found_at = noon + std::chrono::minutes{3};
    run(loop, cache->put_stories(shop, {story}, noon));
    run(loop, cache->put_stories(shop, {other}, noon));
    begin();
    const auto known = run(loop, cache->stories());
    ASSERT_THAT(known, SizeIs(1));
    EXPECT_EQ(known[0].account_id, shop);
    EXPECT_EQ(known[0].last_alive, noon);
    ASSERT_THAT(known[0].media, SizeIs(1));
    EXPECT_EQ(known[0].media[0].id, other.id);
    EXPECT_EQ(known[0].media[0].expires_at, other.expires_at);
    EXPECT_EQ(known[0].media[0].checked_at, std::nullopt);
    ASSERT_TRUE(known[0].media[0].story);
    EXPECT_EQ(known[0].media[0].story->found_at, other.story->found_at);
}

TEST_F(CacheTest, AccountsThatAreNotConfiguredAreForgotten)
{
    run(loop, cache->put_token(token("box", 1)));
    run(loop, cache->keep_only({2, 3}));
    EXPECT_EQ(run(loop, cache->token(shop)), std::nullopt);
}

TEST_F(CacheTest, LeasesOutliveTheProcess)
{
    EXPECT_EQ(run(loop, cache->leases()), model::LeaseMemory{});
    EXPECT_TRUE(run(loop, cache->put_leases({{{2, 7}, {3, 8}}, false})));
    EXPECT_TRUE(run(loop, cache->put_leases({{{1, 5}, {3, 9}}, true})));
    run(loop, cache->keep_only({2, 3}));
    begin();
    EXPECT_EQ(run(loop, cache->leases()), (model::LeaseMemory{{{3, 9}}, true}));
}

TEST_F(CacheTest, DamagedFileIsSetAsideAndFilledAnew)
{
    end();
    fs::create_directories(folder);
    std::ofstream{path()} << std::string(5000, 'x');
    begin();
    EXPECT_TRUE(run(loop, cache->put_token(token("box", 1))));
    EXPECT_EQ(run(loop, cache->token(shop)), token("box", 1));
    EXPECT_TRUE(fs::exists(path().string() + ".damaged"));
}

TEST_F(CacheTest, FolderThatCannotBeWrittenIsSaidOnce)
{
    std::ofstream{folder} << "a file where the folder should be";
    EXPECT_FALSE(run(loop, cache->put_token(token("box", 1))));
    EXPECT_FALSE(run(loop, cache->put_leases({{{2, 7}}, true})));
    EXPECT_EQ(run(loop, cache->token(shop)), std::nullopt);
    EXPECT_THAT(run(loop, cache->stories()), IsEmpty());
    EXPECT_THAT(said, ElementsAre("cache_unusable"));
}

} // namespace
} // namespace insightd::spool
