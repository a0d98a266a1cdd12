#include "tests/storage/readers.hpp"
#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::grant_all;
using model::Direction;

/// An account that keeps texts for a day.
class Conversations : public DatabaseTest
{
protected:
    Conversations() { keep(24h); }

    void keep(std::optional<std::chrono::seconds> text)
    {
        auto names = all_collectors;
        names.emplace_back("conversations");
        insightd::testing::run(
            loop, database.prepare({{account, "shop", "instagram", "UTC", names, 2h, text}}, {}));
    }

    static model::Message message(std::string key, model::Instant at, std::optional<Direction> by)
    {
        model::Message row;
        row.key = std::move(key);
        row.created_at = at;
        row.direction = by;
        if (by == Direction::in)
            row.sender_key = "jane";
        if (by)
            row.text = model::MessageText{"words", "42", "jane_doe", {{"image", "https://cdn/x"}}};
        return row;
    }

    void write_chat(
        model::Instant observed_at, std::vector<model::Message> messages,
        std::optional<std::string> person = "jane", std::string key = "chat")
    {
        model::Conversation read;
        read.key = std::move(key);
        read.person_key = std::move(person);
        read.observed_at = observed_at;
        read.updated_at = observed_at - 1min;
        if (!messages.empty()) {
            read.newest_key = messages.front().key;
            read.newest_at = messages.front().created_at;
            read.began_at = messages.back().created_at;
        }
        read.messages = std::move(messages);
        model::Batch batch;
        batch.conversations.push_back(std::move(read));
        write(std::move(batch));
    }

    void expire(model::Instant at)
    {
        model::Batch batch;
        batch.texts_expire_at = at;
        write(std::move(batch));
    }
};

TEST_F(Conversations, AreReadBackAsTheyWereWritten)
{
    write_chat(
        noon,
        {message("b", noon - 1min, Direction::out), message("a", noon - 2min, Direction::in)});
    const auto history =
        insightd::testing::run(loop, database.history({account})).front().conversations;
    EXPECT_THAT(
        history,
        ElementsAre(model::KnownConversation{"chat", noon, noon - 1min, "b", noon - 1min}));
    EXPECT_EQ(count("store.message"), "2");
}

TEST_F(Conversations, WrittenAgainChangeNothing)
{
    for (int n = 0; n < 2; ++n)
        write_chat(noon, {message("a", noon - 2min, Direction::in)});
    EXPECT_EQ(count("store.message"), "1");
    EXPECT_EQ(count("insightd.message_text"), "1");
}

/// What waited in a spool comes after what was read later.
TEST_F(Conversations, LateRowsTurnNothingBack)
{
    write_chat(
        noon + 1h, {message("b", noon, Direction::in), message("a", noon - 2min, Direction::in)});
    auto old = message("a", noon - 2min, std::nullopt);
    old.lost = "deleted";
    write_chat(noon, {old});
    EXPECT_EQ(query1(url, "SELECT newest_key FROM store.conversation"), "b");
    EXPECT_EQ(query1(url, "SELECT lost FROM store.message WHERE message_key = 'a'"), "");
}

TEST_F(Conversations, DetailsReplaceALoss)
{
    auto lost = message("a", noon - 2min, std::nullopt);
    lost.lost = "not_among_newest";
    write_chat(noon, {lost});
    write_chat(noon - 1h, {message("a", noon - 2min, Direction::in)});
    EXPECT_EQ(query1(url, "SELECT lost || direction FROM store.message"), "in");
}

TEST_F(Conversations, TextsGoWhenTheirTimeHasCome)
{
    write_chat(
        noon, {message("b", noon - 1h, Direction::in), message("a", noon - 20h, Direction::in)});
    expire(noon + 5h);
    EXPECT_EQ(query1(url, "SELECT string_agg(message_key, ',') FROM insightd.message_text"), "b");
    keep(std::nullopt);
    EXPECT_EQ(count("insightd.message_text"), "0");
    EXPECT_EQ(count("store.message"), "2");
}

/// Rows that waited since the configuration kept texts.
TEST_F(Conversations, TextsAreNotTakenWhereNoneAreKept)
{
    keep(std::nullopt);
    write_chat(noon, {message("a", noon - 1h, Direction::in)});
    EXPECT_EQ(count("store.message"), "1");
    EXPECT_EQ(count("insightd.message_text"), "0");
}

TEST_F(Conversations, OfTheForgottenAreNeverTakenAgain)
{
    write_chat(
        noon,
        {message("b", noon - 1min, Direction::out), message("a", noon - 2min, Direction::in)});
    auto other = message("c", noon, Direction::in);
    other.sender_key = "joe";
    write_chat(noon, {other, message("d", noon, Direction::in)}, std::nullopt, "group");
    const auto forgotten =
        insightd::testing::run(loop, database.forget_person({{account, "jane"}}));
    EXPECT_EQ(forgotten.conversations, 1);
    EXPECT_EQ(forgotten.messages, 3) << "both sides of theirs, and their own of the group";
    EXPECT_EQ(forgotten.texts, 3);
    write_chat(noon + 1h, {message("e", noon, Direction::in)});
    write_chat(noon + 1h, {other, message("d", noon, Direction::in)}, std::nullopt, "group");
    EXPECT_EQ(query1(url, "SELECT string_agg(message_key, ',') FROM store.message"), "c");
    EXPECT_EQ(query1(url, "SELECT string_agg(message_key, ',') FROM insightd.message_text"), "c");
}

TEST_F(Conversations, ActivityTellsWhoWaitsAndHowLong)
{
    const auto first = at("2026-03-01T10:00:00Z");
    write_chat(
        noon + 72h,
        {message("6", first + 48h, Direction::in), message("5", first + 48h, Direction::out),
         message("4", first + 24h, Direction::in), message("3", first + 20min, Direction::out),
         message("2", first + 5min, Direction::in), message("1", first, Direction::in)});
    write_chat(
        noon + 72h, {message("8", first + 24h, Direction::in), message("7", first, Direction::in)},
        "joe", "other");
    const auto row = [&](const std::string& day) {
        return query1(
            url, "SELECT format('%s %s %s %s %s %s %s %s', messages_in, messages_out, "
                 "new_conversations, questions, questions_answered, first_response_minutes, "
                 "median_response_minutes, open_conversations) "
                 "FROM insights.conversation_activity WHERE day = '" +
                     day + "'");
    };
    EXPECT_EQ(row("2026-03-01"), "3 1 2 2 1 20 20 1");
    EXPECT_EQ(row("2026-03-02"), "2 0 0 1 1  1440 2");
    EXPECT_EQ(row("2026-03-03"), "1 1 0 0 0   1") << "an answer in the same second came by itself";
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(format('%s %s', conversation, waits_for_answer), ',' ORDER "
                 "BY conversation) FROM insights.conversation_latest"),
        "chat f,other t");
}

TEST_F(Conversations, TextsAreSeenOnlyByReadersOfMessages)
{
    write_chat(noon, {message("a", noon - 1min, Direction::in)});
    grant_all(url, "reads_no_texts");
    const auto text = "SELECT text FROM insights_text.message";
    EXPECT_THROW(query(as_login(url, "reads_no_texts"), text), std::exception);
    EXPECT_THROW(
        query(as_login(url, "reads_no_texts"), "SELECT text FROM insightd.message_text"),
        std::exception);
    grant_reader(url, {"reads_texts", std::vector<std::string>{"shop"}, 30s, {}, true});
    EXPECT_EQ(query1(as_login(url, "reads_texts"), text), "words");
    EXPECT_EQ(
        query1(as_login(url, "reads_texts"), "SELECT count(*) FROM insights.conversation_latest"),
        "1");
    grant_reader(url, {"reads_texts", std::vector<std::string>{"shop"}, 30s, {}, false});
    EXPECT_THROW(query(as_login(url, "reads_texts"), text), std::exception)
        << "granted anew, without";
}

TEST_F(Conversations, LimitedReadersSeeTextsOfTheirAccountsOnly)
{
    write_chat(noon, {message("a", noon - 1min, Direction::in)});
    query(
        url, "INSERT INTO store.account (account_id, name, login, timezone, collects, "
             "settling_margin) VALUES (2, 'rival', 'instagram', 'UTC', '{}', '2 h')");
    grant_reader(url, {"reads_rival", std::vector<std::string>{"rival"}, 30s, {}, true});
    EXPECT_EQ(
        query1(as_login(url, "reads_rival"), "SELECT count(*) FROM insights_text.message"), "0");
}

TEST_F(Conversations, TheKeyOfTheNamesIsMadeOnce)
{
    using insightd::testing::run;
    EXPECT_EQ(run(loop, database.people_key()), std::nullopt);
    EXPECT_EQ(run(loop, database.keep_people_key({"k1", "box one"})).box, "box one");
    EXPECT_EQ(run(loop, database.keep_people_key({"k1", "box two"})).box, "box one");
    run(loop, database.reseal_people_key({"k2", "box three"}));
    EXPECT_EQ(run(loop, database.people_key()).value().key_id, "k2");
}

} // namespace
} // namespace insightd::storage
