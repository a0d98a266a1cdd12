#include "storage/spool/cache.hpp"

#include "storage/spool/rows.hpp"
#include "storage/spool/sqlite.hpp"
#include "storage/spool/token_text.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <map>

namespace insightd::spool
{
namespace
{

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// What a token was replaced by must not be found in the file any more: secure_delete.
constexpr auto schema = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
    CREATE TABLE IF NOT EXISTS token (account_id INTEGER PRIMARY KEY, sealed TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS story (
        account_id INTEGER NOT NULL, media_id INTEGER NOT NULL, published_at INTEGER NOT NULL,
        expires_at INTEGER, checked_at INTEGER, found_at INTEGER, window_from INTEGER,
        answered_at INTEGER, numbers_at INTEGER, PRIMARY KEY (account_id, media_id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lease (account_id INTEGER PRIMARY KEY, fence INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS sharing (had_peers INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS account (account_id INTEGER PRIMARY KEY, alive_at INTEGER NOT NULL);
)";

void insert(Sqlite& db, model::AccountId account, const model::KnownMedia& story)
{
    const auto& line = story.story;
    Query{
        db, "INSERT INTO story (account_id, media_id, published_at, expires_at, checked_at, "
            "found_at, window_from, answered_at, numbers_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"}
        .bind(account)
        .bind(story.id)
        .bind(story.published_at.time_since_epoch().count())
        .bind(count_or_none(story.expires_at))
        .bind(count_or_none(story.checked_at))
        .bind(count_or_none(line ? std::optional{line->found_at} : std::nullopt))
        .bind(count_or_none(line ? std::optional{line->window_from} : std::nullopt))
        .bind(count_or_none(line ? line->last_answer_at : std::nullopt))
        .bind(count_or_none(line ? line->last_numbers_at : std::nullopt))
        .run();
}

model::KnownMedia story_in(const Query& query)
{
    model::KnownMedia story;
    story.id = query.number(1);
    story.product_type = "STORY";
    story.published_at = model::Instant{std::chrono::microseconds{query.number(2)}};
    story.expires_at = instant_or_none(query.number_or_none(3));
    story.checked_at = instant_or_none(query.number_or_none(4));
    if (const auto found_at = instant_or_none(query.number_or_none(5))) {
        auto& line = story.story.emplace();
        line.media_id = story.id;
        line.known_at = line.found_at = *found_at;
        line.published_at = story.published_at;
        line.expires_at = story.expires_at.value_or(story.published_at);
        line.window_from = instant_or_none(query.number_or_none(6)).value_or(line.expires_at);
        line.last_answer_at = instant_or_none(query.number_or_none(7));
        line.last_numbers_at = instant_or_none(query.number_or_none(8));
        if (line.last_numbers_at)
            line.provenance = model::Provenance::poll;
    }
    return story;
}

} // namespace

Cache::Cache(storage::Thread& disk, fs::path file, Say say)
    : disk_{disk}, file_{std::move(file)}, say_{std::move(say)}
{
}

Cache::~Cache() = default;

asio::awaitable<void> Cache::keep_only(std::vector<model::AccountId> accounts)
{
    const auto work = [accounts = std::move(accounts)](Sqlite& db) {
        db.run("CREATE TEMP TABLE IF NOT EXISTS kept (account_id INTEGER PRIMARY KEY)");
        db.run("DELETE FROM kept");
        for (const auto account : accounts)
            Query{db, "INSERT OR IGNORE INTO kept VALUES (?)"}.bind(account).run();
        for (const char* table : {"token", "story", "account", "lease"})
            db.run(
                std::string{"DELETE FROM "} + table +
                " WHERE account_id NOT IN (SELECT account_id FROM kept)");
    };
    co_await on_disk(work);
}

asio::awaitable<bool> Cache::put_leases(model::LeaseMemory memory)
{
    const auto work = [memory = std::move(memory)](Sqlite& db) {
        Transaction tx{db};
        db.run("DELETE FROM lease; DELETE FROM sharing");
        Query{db, "INSERT INTO sharing (had_peers) VALUES (?)"}
            .bind(std::int64_t{memory.had_peers})
            .run();
        for (const auto& lease : memory.leases)
            Query{db, "INSERT OR REPLACE INTO lease (account_id, fence) VALUES (?, ?)"}
                .bind(lease.account_id)
                .bind(lease.fence)
                .run();
        tx.commit();
    };
    co_return co_await on_disk(work);
}

asio::awaitable<model::LeaseMemory> Cache::leases()
{
    const auto found = std::make_shared<model::LeaseMemory>();
    const auto work = [found](Sqlite& db) {
        Query query{db, "SELECT account_id, fence FROM lease"};
        while (query.next())
            found->leases.push_back({query.number(0), query.number(1)});
        Query sharing{db, "SELECT had_peers FROM sharing"};
        found->had_peers = sharing.next() && sharing.number(0) != 0;
    };
    co_await on_disk(work);
    co_return std::move(*found);
}

asio::awaitable<bool> Cache::put_token(model::SealedToken token)
{
    const auto work = [token = std::move(token)](Sqlite& db) {
        Query{db, "INSERT OR REPLACE INTO token (account_id, sealed) VALUES (?, ?)"}
            .bind(token.facts.account_id)
            .bind_text(text_of(token))
            .run();
        db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    };
    co_return co_await on_disk(work);
}

asio::awaitable<bool> Cache::forget_token(model::AccountId account)
{
    const auto work = [account](Sqlite& db) {
        Query{db, "DELETE FROM token WHERE account_id = ?"}.bind(account).run();
        db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    };
    co_return co_await on_disk(work);
}

asio::awaitable<std::optional<model::SealedToken>> Cache::token(model::AccountId account)
{
    const auto found = std::make_shared<std::optional<model::SealedToken>>();
    const auto work = [account, found](Sqlite& db) {
        Query query{db, "SELECT sealed FROM token WHERE account_id = ?"};
        query.bind(account);
        if (query.next())
            *found = token_in(query.bytes(0));
    };
    co_await on_disk(work);
    co_return std::move(*found);
}

asio::awaitable<void> Cache::put_stories(
    model::AccountId account, std::vector<model::KnownMedia> stories, model::Instant now)
{
    const auto work = [account, stories = std::move(stories), now](Sqlite& db) {
        Transaction tx{db};
        Query{db, "DELETE FROM story WHERE account_id = ?"}.bind(account).run();
        for (const auto& story : stories)
            insert(db, account, story);
        Query{db, "INSERT OR REPLACE INTO account (account_id, alive_at) VALUES (?, ?)"}
            .bind(account)
            .bind(now.time_since_epoch().count())
            .run();
        tx.commit();
    };
    co_await on_disk(work);
}

asio::awaitable<std::vector<model::AccountHistory>> Cache::stories()
{
    const auto found = std::make_shared<std::map<model::AccountId, model::AccountHistory>>();
    const auto work = [found](Sqlite& db) {
        Query query{
            db, "SELECT account_id, media_id, published_at, expires_at, checked_at, found_at, "
                "window_from, answered_at, numbers_at FROM story ORDER BY account_id, published_at "
                "DESC"};
        while (query.next()) {
            auto& history = (*found)[query.number(0)];
            history.account_id = query.number(0);
            history.media.push_back(story_in(query));
        }
        Query accounts{db, "SELECT account_id, alive_at FROM account"};
        while (accounts.next()) {
            auto& history = (*found)[accounts.number(0)];
            history.account_id = accounts.number(0);
            history.last_alive = model::Instant{std::chrono::microseconds{accounts.number(1)}};
        }
    };
    co_await on_disk(work);
    std::vector<model::AccountHistory> all;
    for (auto& [account, history] : *found)
        all.push_back(std::move(history));
    co_return all;
}

asio::awaitable<bool> Cache::on_disk(Work work)
{
    auto job = [this, work = std::move(work)] { return work_on_file(work); };
    const auto trouble = co_await disk_.run<std::string>(std::move(job));
    if (!trouble.empty() && !std::exchange(broken_, true))
        say_(
            {News::Weight::error,
             "cache_unusable",
             {{"reason", trouble},
              {"mend", "see that the disk has room and state_dir belongs to the user insightd "
                       "runs as"}}});
    if (trouble.empty())
        broken_ = false;
    co_return trouble.empty();
}

/// What went wrong, in words; empty: nothing. A damaged file is set aside, and the work done in a
/// new one.
std::string Cache::work_on_file(const Work& work)
{
    for (bool first = true;; first = false) {
        try {
            if (!db_)
                open();
            work(*db_);
            return {};
        } catch (const SqliteError& error) {
            if (!first || !error.is_damage())
                return error.what();
            set_aside();
        } catch (const std::exception& error) {
            return error.what();
        }
    }
}

void Cache::set_aside()
{
    db_.reset();
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm"})
        fs::rename(file_.string() + part, file_.string() + ".damaged" + part, ignored);
}

void Cache::open()
{
    fs::create_directories(file_.parent_path());
    fs::permissions(file_.parent_path(), fs::perms::owner_all);
    auto db = std::make_unique<Sqlite>(file_, Sqlite::Access::read_write);
    db->run(schema);
    db_ = std::move(db);
}

} // namespace insightd::spool
