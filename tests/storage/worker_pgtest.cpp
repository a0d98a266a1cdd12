#include "storage/worker.hpp"
#include "tests/storage/with_database.hpp"

#include <csignal>

// The thread that talks to PostgreSQL, and a PostgreSQL that does not answer.
namespace insightd::storage
{
namespace
{

int process_of(pqxx::connection& connection)
{
    return connection.backendpid();
}

int asked_process_of(pqxx::connection& connection)
{
    pqxx::nontransaction tx{connection};
    return tx.exec1("SELECT pg_backend_pid()")[0].as<int>();
}

constexpr auto lock = "LOCK TABLE store.media_sample IN ACCESS EXCLUSIVE MODE";

class WorkerTest : public DatabaseTest
{
protected:
    int run(int (*job)(pqxx::connection&), std::chrono::milliseconds patience)
    {
        return insightd::testing::run(loop, worker.run<int>(job, patience));
    }

    /// Until the job that was given up has come to its end.
    void wait_for_end(const Worker& of)
    {
        loop.restart();
        while (of.is_stuck())
            loop.run_one();
    }

    Worker worker{url, {}, 200ms};
};

TEST_F(WorkerTest, ConnectionThatWillNeverAnswerIsReplaced)
{
    const auto process = run(process_of, 10s);
    kill(process, SIGSTOP);
    EXPECT_THROW(run(asked_process_of, 50ms), model::Unavailable);
    EXPECT_THROW(run(asked_process_of, 50ms), model::Unavailable) << "it is not even begun";
    wait_for_end(worker);
    EXPECT_NE(run(asked_process_of, 10s), process);
    kill(process, SIGCONT);
}

/// As a job might that has a second way.
void break_unnoticed(pqxx::connection& connection)
{
    try {
        pqxx::nontransaction{connection}.exec("SELECT pg_terminate_backend(pg_backend_pid())");
    } catch (const pqxx::broken_connection&) {
    }
}

TEST_F(WorkerTest, JobWhoseConnectionEndedHasNotSucceededEvenIfItDidNotNotice)
{
    const auto ends_so = [](pqxx::connection& connection) {
        break_unnoticed(connection);
        return 0;
    };
    EXPECT_THROW(run(ends_so, 10s), model::Unavailable);
    const auto goes_on = [](pqxx::connection& connection) {
        break_unnoticed(connection);
        return asked_process_of(connection);
    };
    EXPECT_THROW(run(goes_on, 10s), model::Unavailable);
    run(asked_process_of, 10s);
    EXPECT_EQ(worker.connections(), 3);
}

TEST_F(WorkerTest, ConnectionThatAnswersLateIsKept)
{
    Worker patient{url, {}};
    const auto process = insightd::testing::run(loop, patient.run<int>(process_of, 10s));
    pqxx::connection other{url};
    pqxx::work held{other};
    held.exec(lock);
    const auto waits = [](pqxx::connection& connection) {
        pqxx::work tx{connection};
        tx.exec(lock);
        return 0;
    };
    EXPECT_THROW(insightd::testing::run(loop, patient.run<int>(waits, 50ms)), model::Unavailable);
    held.abort();
    wait_for_end(patient);
    EXPECT_EQ(insightd::testing::run(loop, patient.run<int>(asked_process_of, 10s)), process);
}

} // namespace
} // namespace insightd::storage
