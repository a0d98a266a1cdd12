#include "storage/rebuilding.hpp"

#include "storage/connection.hpp"
#include "storage/json_rows.hpp"
#include "storage/raw_connection.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <vector>

namespace insightd::storage
{
namespace
{

constexpr int milliseconds_between_looks = 100;

/// Waiting for the readers of a month holds nobody up, but a backup may read for hours. The lock
/// goes with the session: whoever is killed leaves it to the server, which ends what it has begun.
constexpr auto prepare = "SET statement_timeout = '1h'";
constexpr auto take_turn = "SELECT pg_try_advisory_lock(hashtext('insightd.rebuild_month'))";
constexpr auto end_turn = "SELECT pg_advisory_unlock(hashtext('insightd.rebuild_month'))";

/// $1: now. Rows come late, from a spool, so a month is left alone for a week.
constexpr auto select_month = R"(
SELECT m.month - date '1970-01-01', p.oid::regclass, x.indexrelid::regclass,
       pg_relation_size(x.indexrelid)
FROM pg_inherits i
JOIN pg_class p ON p.oid = i.inhrelid
JOIN pg_index x ON x.indrelid = p.oid AND x.indisprimary
CROSS JOIN LATERAL (
    SELECT to_date(substring(p.relname FROM '^media_sample_([0-9]{6})$'), 'YYYYMM') AS month) m
WHERE i.inhparent = 'store.media_sample'::regclass
  AND (m.month + interval '1 month') AT TIME ZONE 'UTC' + interval '7 days' <= $1::timestamptz
  AND pg_has_role(p.relowner, 'USAGE')
  AND current_setting('server_version_num')::int NOT BETWEEN 140000 AND 140003
  AND NOT EXISTS (SELECT FROM insightd.engine)
  AND NOT EXISTS (SELECT FROM insightd.rebuilt_month r WHERE r.month = m.month)
ORDER BY m.month LIMIT 1)";

/// A half-made index, or an old one that was not dropped any more. $1: the partition.
constexpr auto select_leftovers = R"(
SELECT x.indexrelid::regclass FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE x.indrelid = $1::regclass AND NOT x.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$')";

constexpr auto note_month = R"(
INSERT INTO insightd.rebuilt_month (month, rebuilt_at, bytes_before, bytes_after)
VALUES (date '1970-01-01' + $1::int, $2, $3, pg_relation_size($4::regclass)) RETURNING bytes_after)";

/// A session that can be broken off.
class Session
{
public:
    Session(const std::string& url, const std::function<bool()>& is_stopping)
        : connection_{connect_raw(url)}, is_stopping_{is_stopping}
    {
    }

    /// Throws model::Unavailable.
    template <class... Values> RawResult run(const std::string& sql, const Values&... values)
    {
        const std::array<std::string, sizeof...(Values)> texts{fmt::format("{}", values)...};
        std::vector<const char*> pointers;
        for (const auto& text : texts)
            pointers.push_back(text.c_str());
        return answer_to(sql, pointers);
    }

private:
    RawResult answer_to(const std::string& sql, const std::vector<const char*>& values)
    {
        if (PQsendQueryParams(
                connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                values.data(), nullptr, nullptr, 0) == 0)
            fail();
        await_answer();
        RawResult result{PQgetResult(connection_.get())};
        while (RawResult{PQgetResult(connection_.get())}) {
        }
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            fail();
        return result;
    }

    void await_answer()
    {
        bool is_cancelled = false;
        while (PQisBusy(connection_.get()) != 0) {
            if (!is_cancelled && is_stopping_()) {
                cancel();
                is_cancelled = true;
            }
            pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
            if (poll(&socket, 1, milliseconds_between_looks) < 0 && errno != EINTR)
                fail();
            if (socket.revents != 0 && PQconsumeInput(connection_.get()) == 0)
                fail();
        }
    }

    void cancel()
    {
        const std::unique_ptr<PGcancel, void (*)(PGcancel*)> request{
            PQgetCancel(connection_.get()), PQfreeCancel};
        std::array<char, 256> error{};
        PQcancel(request.get(), error.data(), static_cast<int>(error.size()));
    }

    [[noreturn]] void fail()
    {
        throw model::Unavailable{
            "the indexes of a month could not be rebuilt: " + last_words(connection_.get())};
    }

    RawConnection connection_;
    const std::function<bool()>& is_stopping_;
};

std::string field(const RawResult& result, int row, int column)
{
    return PQgetvalue(result.get(), row, column);
}

/// A month that waits to be rebuilt.
struct Candidate {
    int days_since_1970 = 0;
    std::string partition, primary_key; ///< as SQL names them
    std::int64_t bytes = 0;             ///< of its primary key
};

std::optional<Candidate> next_month(Session& session, model::Instant now)
{
    const auto found = session.run(select_month, text_of(now));
    if (PQntuples(found.get()) == 0)
        return std::nullopt;
    return Candidate{
        std::stoi(field(found, 0, 0)), field(found, 0, 1), field(found, 0, 2),
        std::stoll(field(found, 0, 3))};
}

void remove_leftovers(Session& session, const std::string& partition)
{
    const auto found = session.run(select_leftovers, partition);
    for (int row = 0; row < PQntuples(found.get()); ++row)
        session.run("DROP INDEX CONCURRENTLY IF EXISTS " + field(found, row, 0));
}

std::optional<model::RebuiltMonth> rebuild_oldest(Session& session, model::Instant now)
{
    const auto month = next_month(session, now);
    if (!month)
        return std::nullopt;
    remove_leftovers(session, month->partition);
    session.run("REINDEX INDEX CONCURRENTLY " + month->primary_key);
    const auto noted = session.run(
        note_month, month->days_since_1970, text_of(now), month->bytes, month->primary_key);
    return model::RebuiltMonth{
        model::Day{std::chrono::days{month->days_since_1970}}, month->bytes,
        std::stoll(field(noted, 0, 0))};
}

} // namespace

std::optional<model::RebuiltMonth>
rebuild_month(const std::string& url, model::Instant now, const std::function<bool()>& is_stopping)
{
    Session session{url, is_stopping};
    session.run(prepare);
    if (field(session.run(take_turn), 0, 0) != "t")
        return std::nullopt;
    auto rebuilt = rebuild_oldest(session, now);
    session.run(end_turn); // the server notices only later that the session has gone
    return rebuilt;
}

} // namespace insightd::storage
