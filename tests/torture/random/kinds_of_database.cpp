#include "tests/torture/random/kinds.hpp"

#include <csignal>
#include <fmt/format.h>
#include <pqxx/pqxx>

// PostgreSQL: away, slow, full, read-only, at odds with what it is told, somewhere else.
namespace insightd::torture
{
namespace
{

void start_server(Ground& ground)
{
    ground.server.start();
}

/// Ends the server by this signal to its first process.
auto ended_by(int signal)
{
    return [signal](Ground& ground) {
        ground.server.send(signal);
        ground.server.wait_for_end();
    };
}

void signal_backends(Ground& ground, int signal)
{
    for (const auto backend : ground.server.backends())
        kill(backend, signal);
}

/// Holds connections until ground.held is cleared.
std::shared_ptr<pqxx::connection> connection(Ground& ground)
{
    auto held = std::make_shared<pqxx::connection>(ground.server.url());
    ground.held.push_back(held);
    return held;
}

void take_what_is_left(Ground& ground)
{
    try {
        for (;;)
            connection(ground);
    } catch (const pqxx::failure&) { // there is none left
    }
}

/// Its own are taken as well: whoever comes back first has one.
void use_up_connections(Ground& ground)
{
    ground.run_sql("SELECT 1"); // it may be on its way back from the fault before
    const auto first = connection(ground);
    take_what_is_left(ground);
    pqxx::nontransaction{*first}.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'insightd'");
    take_what_is_left(ground);
}

void let_go(Ground& ground)
{
    ground.held.clear();
}

/// A transaction that waits, with its locks, until it is let go.
auto locked(const std::string& statement)
{
    return [statement](Ground& ground) {
        auto held = connection(ground);
        auto work = std::make_shared<pqxx::work>(*held);
        ground.held.insert(ground.held.begin(), work); // ends before its connection
        work->exec(statement);
    };
}

/// Rows of posts are answered by this error, as a trigger can.
auto refuses_with(const std::string& sqlstate)
{
    return [sqlstate](Ground& ground) {
        ground.run_sql(fmt::format(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'made up by the torture' USING ERRCODE = '{}'; END $$; "
            "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON store.media_sample FOR EACH ROW "
            "EXECUTE FUNCTION refuse()",
            sqlstate));
    };
}

void refuse_no_more(Ground& ground)
{
    ground.run_sql("DROP FUNCTION refuse() CASCADE");
}

void become_slow(Ground& ground)
{
    ground.run_sql(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
        "pg_sleep(0.2); RETURN NEW; END $$; CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON "
        "store.media_sample FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
}

auto configured(const std::string& name, const std::string& value)
{
    return [name, value](Ground& ground) {
        ground.run_sql(fmt::format("ALTER SYSTEM SET {} = {}", name, value));
        ground.run_sql("SELECT pg_reload_conf()");
        ground.cut_off();
    };
}

Kind refusal(std::string_view name, std::string_view sqlstate)
{
    return {
        name,
        "a trigger on store.media_sample raises the SQLSTATE",
        "the trigger is dropped",
        Part::database,
        Cost::nothing,
        refuses_with(std::string{sqlstate}),
        refuse_no_more};
}

std::vector<Kind> absences()
{
    constexpr auto restarted = "pg_ctl start";
    return {
        {"server killed -9", "SIGKILL to the postmaster", restarted, Part::database, Cost::nothing,
         ended_by(SIGKILL), start_server},
        {"server shut down", "SIGINT to the postmaster (fast)", restarted, Part::database,
         Cost::nothing, ended_by(SIGINT), start_server},
        {"server shut down at once", "SIGQUIT to the postmaster (immediate)", restarted,
         Part::database, Cost::nothing, ended_by(SIGQUIT), start_server},
        {"backend killed -9", "SIGKILL to the backends of insightd: all restart", "by itself",
         Part::database, Cost::nothing, [](Ground& ground) { signal_backends(ground, SIGKILL); },
         start_server},
        {"backends suspended", "SIGSTOP to the backends of insightd", "SIGCONT", Part::database,
         Cost::nothing, [](Ground& ground) { signal_backends(ground, SIGSTOP); },
         [](Ground& ground) { signal_backends(ground, SIGCONT); }},
        {"server suspended", "SIGSTOP to the postmaster: no new connections", "SIGCONT",
         Part::database, Cost::nothing,
         [](Ground& ground) {
             ground.cut_off();
             ground.server.send(SIGSTOP);
         },
         [](Ground& ground) { ground.server.send(SIGCONT); }},
        {"connections cut off", "pg_terminate_backend", "by itself", Part::database, Cost::nothing,
         [](Ground& ground) { ground.cut_off(); }, [](Ground&) {}},
        {"statements cancelled", "pg_cancel_backend, twenty times", "by itself", Part::database,
         Cost::nothing,
         [](Ground& ground) {
             for (int again = 0; again < 20; ++again) {
                 ground.run_sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE "
                                "application_name = 'insightd'");
                 std::this_thread::sleep_for(std::chrono::milliseconds{5});
             }
         },
         [](Ground&) {}},
        {"database forbidden", "ALLOW_CONNECTIONS false, and everybody cut off",
         "ALLOW_CONNECTIONS true", Part::database, Cost::nothing,
         [](Ground& ground) { ground.server.allow_connections(false); },
         [](Ground& ground) { ground.server.allow_connections(true); }},
        {"connections used up", "every slot is taken by somebody else", "they are let go",
         Part::database, Cost::nothing, use_up_connections, let_go},
        {"another server", "shut down; a copy of its data goes on under its address", restarted,
         Part::database, Cost::nothing,
         [](Ground& ground) {
             ended_by(SIGINT)(ground);
             ground.server.move_house();
         },
         start_server},
        {"failed over",
         "a standby that confirmed every commit is promoted when the first is "
         "killed -9; the address leads to it",
         "moved back", Part::database, Cost::nothing,
         [](Ground& ground) {
             ground.server.add_standby();
             ground.server.fail_over();
             ground.database_line.lead_to(ground.server.socket());
         },
         [](Ground& ground) {
             ground.server.move_back();
             ground.database_line.lead_to(ground.server.socket());
         }},
    };
}

std::vector<Kind> unwillingness()
{
    return {
        {"read-only", "default_transaction_read_only = on", "off", Part::database, Cost::nothing,
         configured("default_transaction_read_only", "on"),
         [](Ground& ground) {
             ground.run_sql("ALTER SYSTEM RESET default_transaction_read_only");
             ground.run_sql("SELECT pg_reload_conf()");
             ground.cut_off();
         }},
        {"samples locked", "LOCK TABLE store.media_sample in a transaction that waits",
         "it is rolled back", Part::database, Cost::nothing,
         locked("LOCK TABLE store.media_sample IN ACCESS EXCLUSIVE MODE"), let_go},
        {"leases locked", "the rows of store.lease locked by a transaction that waits",
         "it is rolled back", Part::database, Cost::nothing,
         locked("SELECT * FROM store.lease FOR UPDATE"), let_go},
        {"slow", "a trigger sleeps for 0.2 s at each insert", "the trigger is dropped",
         Part::database, Cost::nothing, become_slow, refuse_no_more},
        {"a table is missing", "store.media_sample renamed", "renamed back", Part::database,
         Cost::nothing,
         [](Ground& ground) { ground.run_sql("ALTER TABLE store.media_sample RENAME TO away"); },
         [](Ground& ground) { ground.run_sql("ALTER TABLE store.away RENAME TO media_sample"); }},
        refusal("disk full (53100)", "53100"),
        refusal("out of memory (53200)", "53200"),
        refusal("not serializable (40001)", "40001"),
        refusal("deadlock (40P01)", "40P01"),
        refusal("lock not available (55P03)", "55P03"),
        refusal("no permission (42501)", "42501"),
        refusal("I/O error (58030)", "58030"),
        refusal("data corrupted (XX001)", "XX001"),
        refusal("raised by a trigger (P0001)", "P0001"),
        refusal("feature not supported (0A000)", "0A000"),
        refusal("statement a pooler forgot (26000)", "26000"),
    };
}

} // namespace

std::vector<Kind> kinds_of_database()
{
    auto all = absences();
    for (auto& kind : unwillingness())
        all.push_back(std::move(kind));
    return all;
}

} // namespace insightd::torture
