"""The storage benchmark: every view of the contract on a filled database, beside raw JSON rows in the same run.

Usage: tests/bench/run storage [--polls 10000000] [--accounts 500] [--days 400] [--asked 50] [--home FOLDER]
                               [--insightd PROGRAM]
Builds the release preset, unless it is given a program; fills a private PostgreSQL (fill.sql), then prints times, sizes and plans.
With --home the database stays: another run with the same folder measures it without filling.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import psycopg2

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--polls", type=int, default=10_000_000)
arguments.add_argument("--accounts", type=int, default=500)
arguments.add_argument("--days", type=int, default=400)
arguments.add_argument("--asked", type=int, default=50, help="accounts that each view is asked for, four times")
arguments.add_argument("--home", type=pathlib.Path)
arguments.add_argument("--insightd", type=pathlib.Path, help="a program that was built already")
wanted = arguments.parse_args()
insightd = wanted.insightd or root / "build/release/daemon/insightd"

WINDOW = 90
# Views whose rows are of now, and only some of them of a day.
LEDGERS = {"absence", "data_gaps"}
# Sequential scans that read this many rows more than they return are told.
TOO_MUCH = 5000

# What a dashboard of all accounts asks at once.
PORTFOLIO = {
    "latest of all accounts": "SELECT * FROM insights.account_latest",
    "views by account, 90 days":
        "SELECT account, sum(views) FILTER (WHERE is_final), sum(views) FILTER (WHERE NOT is_final) "
        "FROM insights.account_daily WHERE day >= {since} GROUP BY 1",
    "followers gained, 90 days":
        "SELECT account, sum(gained) FROM insights.follower_daily WHERE day >= {since} GROUP BY 1",
    "followers by day, 90 days":
        "SELECT account, day, followers_count FROM insights.follower_daily WHERE day >= {since}",
    "totals of all posts by account":
        "SELECT account, count(*), sum(views), sum(total_interactions) FROM insights.media_latest GROUP BY 1",
    "best posts at 24 h, 90 days":
        "SELECT account, media_id, views FROM insights.media_growth WHERE age = '24 h' AND product_type <> 'STORY' "
        "AND published_at >= {since} AND views IS NOT NULL ORDER BY views DESC LIMIT 20",
    "health of all collectors": "SELECT state, count(*) FROM insights.collection_health GROUP BY 1",
}
# The same question to the schema and to raw rows.
BESIDE = {
    "newest of one account": (
        "SELECT media_id, views, reach, likes FROM insights.media_latest WHERE account_id = '{account}'",
        "SELECT DISTINCT ON (media_id) media_id, data -> 'views', data -> 'reach', data -> 'likes' "
        "FROM bench.raw WHERE account_id = {account} ORDER BY media_id, fetched_at DESC"),
    "one metric, one account, 90 days": (
        "SELECT media_id, observed_at, views FROM store.media_sample "
        "WHERE account_id = {account} AND observed_at >= {since}",
        "SELECT media_id, fetched_at, (data ->> 'views')::bigint FROM bench.raw "
        "WHERE account_id = {account} AND fetched_at >= {since}"),
    "one metric, all accounts by month": (
        "SELECT account_id, date_trunc('month', observed_at), sum(views) FROM store.media_sample GROUP BY 1, 2",
        "SELECT account_id, date_trunc('month', fetched_at), sum((data ->> 'views')::bigint) FROM bench.raw "
        "GROUP BY 1, 2"),
}


class Nowhere:
    """Takes rows and drops them, counting."""

    def __init__(self):
        self.rows = 0

    def write(self, data):
        self.rows += data.count(b"\n")


class Server:
    """A private PostgreSQL with the settings that its manual recommends for this machine."""

    def __init__(self, home):
        self.home, self.data = home, home / "data"
        self.user = "postgres" if os.geteuid() == 0 else os.environ.get("USER", "")
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        self.settings = {"shared_buffers": f"{memory // 4}MB", "effective_cache_size": f"{memory // 2}MB",
                         "max_wal_size": "8GB", "listen_addresses": "", "timezone": "UTC",
                         "unix_socket_directories": str(home)}
        self.is_new = not self.data.exists()
        if self.is_new:
            home.mkdir(exist_ok=True)
            shutil.chown(home, self.user)
            self.run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", self.user)
        options = " ".join(f"-c {key}='{value}'" for key, value in self.settings.items())
        self.run("pg_ctl", "start", "-w", "-l", home / "log", "-o", options)

    def run(self, program, *words):
        demote = ["setpriv", "--reuid", self.user, "--regid", self.user, "--init-groups"] if os.geteuid() == 0 else []
        subprocess.run([*demote, programs / program, "-D", self.data, *map(str, words)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)

    def stop(self):
        self.run("pg_ctl", "stop", "-m", "fast", "-w")

    def url(self, database, user=None):
        return f"host={self.home} dbname={database} user={user or self.user}"


def connect(url):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection.cursor()


def told(cursor, query):
    cursor.execute(query)
    return cursor.fetchall()


def answer(cursor, query):
    """Milliseconds until the last row has come, as text, and rows."""
    sink, start = Nowhere(), time.perf_counter()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT", sink)
    return (time.perf_counter() - start) * 1000, sink.rows


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def fill(server, cursor):
    """The schema by `insightd migrate`, then everything that 400 days of collecting leave; and the raw rows."""
    config = server.home / "insightd.yaml"
    config.write_text(f"database: \"{server.url('bench')}\"\nstate_dir: {server.home}/state\naccounts:\n"
                      "  - {name: account_1, user_id: \"17841400000000001\", login: instagram, token: {env: NONE}}\n")
    subprocess.run([insightd, "migrate", "--config", config], check=True, stdout=subprocess.DEVNULL)
    posts = round(wanted.polls / wanted.accounts / 421)
    sizes = {"accounts": wanted.accounts, "days": wanted.days, "posts": posts, "stories": round(posts * 0.3)}
    for step in (here / "fill.sql").read_text().format(**sizes).split("\n-- step\n"):
        cursor.execute(step)
    cursor.execute("VACUUM (ANALYZE)")
    cursor.execute("CHECKPOINT")


def one_account_query(view, columns, key, value, since):
    day = next((name for name in ("day", "snapshot_on") if name in columns), None)
    window = f" AND {day} >= {since}" if day and view not in LEDGERS else ""
    return f"SELECT * FROM insights.{view} WHERE {key} = '{value}'{window}"


def wasteful(cursor, query):
    """Scans that read many rows to return few, as words."""
    plan = told(cursor, f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}")[0][0][0]
    found, waiting = [], [plan["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        dropped = node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
        if node["Node Type"] == "Seq Scan" and dropped > TOO_MUCH + node["Actual Rows"] * node["Actual Loops"]:
            found.append(f"{node['Relation Name']} reads {dropped:.0f} too many")
    return found + (["compiled (jit)"] if "JIT" in plan else [])


def views_of(cursor):
    return dict(told(cursor, """
        SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'insights'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 GROUP BY 1 ORDER BY 1"""))


def times_of(cursor, queries):
    """p50 and p99 of four rounds, after one that warms the caches; and the rows of the longest answer."""
    for query in queries:
        answer(cursor, query)
    answers = [answer(cursor, query) for _ in range(4) for query in queries]
    times = [taken for taken, _ in answers]
    return f"{percentile(times, 0.5):>9.1f}{percentile(times, 0.99):>8.1f}", max(rows for _, rows in answers)


def measure_views(cursor, accounts, since):
    print(f"\n{'one account, ms':26}{'by id':>9}{'p99':>8}{'by name':>9}{'p99':>8}{'rows':>8}"
          f"{'all, ms':>10}{'rows':>10}  scans")
    for view, columns in views_of(cursor).items():
        line, plans = " " * 42, []
        if "account_id" in columns:
            by_id, by_name = ([one_account_query(view, columns, key, account[key], since) for account in accounts]
                              for key in ("account_id", "account"))
            line = times_of(cursor, by_id)[0]
            named, rows = times_of(cursor, by_name)
            line += f"{named}{rows:>8}"
            plans = wasteful(cursor, by_id[0])
        taken, rows = answer(cursor, f"SELECT * FROM insights.{view}")
        print(f"{view:26}{line}{taken:>10.0f}{rows:>10}  {'; '.join(plans)}", flush=True)


def measure_limited(cursor, accounts, since):
    print(f"\n{'as a limited reader, ms':26}{'by id':>9}{'p99':>8}")
    for view, columns in views_of(cursor).items():
        if "account_id" in columns:
            queries = [one_account_query(view, columns, "account_id", account["account_id"], since)
                       for account in accounts]
            print(f"{view:26}{times_of(cursor, queries)[0]}", flush=True)


def measure_functions(cursor, accounts, since):
    for function in (name for name, in told(cursor, "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = "
                                                    "'insights'::regnamespace AND pronargs = 1 ORDER BY 1")):
        day = f" AND day >= {since}" if function.startswith("account_") else ""
        queries = [f"SELECT * FROM insights.{function}({since}::timestamptz + interval '80 days') "
                   f"WHERE account_id = '{account['account_id']}'{day}" for account in accounts]
        print(f"{function:26}{times_of(cursor, queries)[0]}")


def measure_portfolio(cursor, since):
    print("\nall accounts, one answer, ms")
    for name, query in PORTFOLIO.items():
        times = [answer(cursor, query.format(since=since))[0] for _ in range(4)]
        print(f"  {name:36}{min(times[1:]):>8.0f}")


def size(cursor, table):
    return told(cursor, f"SELECT sum(pg_relation_size(t)), sum(pg_indexes_size(t)) FROM ("
                        f"SELECT inhrelid AS t FROM pg_inherits WHERE inhparent = '{table}'::regclass "
                        f"UNION ALL SELECT '{table}'::regclass) parts")[0]


def measure_sizes(cursor):
    polls, values = told(cursor, "SELECT polls, logical_values FROM bench.counted")[0]
    rows = told(cursor, "SELECT count(*) FROM store.media_sample")[0][0]
    print(f"\n{polls} polls with {values} values, of which {rows} left a row")
    print(f"{'bytes':36}{'table':>14}{'indexes':>14}{'per poll':>10}{'per value':>11}")

    def line(name, heap, indexes):
        print(f"{name:36}{heap:>14}{indexes:>14}{(heap + indexes) / polls:>10.1f}{(heap + indexes) / values:>11.2f}")

    raw, state = size(cursor, "bench.raw"), size(cursor, "store.media_state")
    line("raw JSON", *raw)
    line("state", *state)
    line("samples as written", *size(cursor, "store.media_sample"))
    for partition, in told(cursor, "SELECT inhrelid::regclass::text FROM pg_inherits, bench.setting "
                                   "WHERE inhparent = 'store.media_sample'::regclass AND "
                                   "inhrelid::regclass::text < 'store.media_sample_' || to_char(until, 'YYYYMM')"):
        cursor.execute(f"REINDEX INDEX CONCURRENTLY {partition}_pkey")
    samples = size(cursor, "store.media_sample")
    line("samples, ended months rebuilt", *samples)
    print(f"raw JSON / samples and state {sum(raw) / (sum(samples) + sum(state)):>.2f}")


def measure_beside(cursor, accounts, since):
    print(f"\n{'the same question, ms':36}{'insightd':>10}{'raw JSON':>10}{'ratio':>8}")
    for name, pair in BESIDE.items():
        asked = accounts if "{account}" in pair[0] else accounts[:1]
        ours, theirs = (percentile([min(answer(cursor, query.format(account=account["account_id"], since=since))[0]
                                        for _ in range(3)) for account in asked], 0.5) for query in pair)
        print(f"{name:36}{ours:>10.1f}{theirs:>10.1f}{theirs / ours:>8.1f}")


def granted(server, reader, *which):
    """A login that reads as BI tools do."""
    subprocess.run([insightd, "grant-reader", "--config", server.home / "insightd.yaml", reader, *which], check=True,
                   stdout=subprocess.DEVNULL)
    cursor = connect(server.url("bench", reader))
    cursor.execute("SET statement_timeout = 0")
    return cursor


def measure(server):
    cursor = connect(server.url("bench"))
    accounts = [{"account_id": str(17841400000000000 + 1 + n * wanted.accounts // wanted.asked),
                 "account": f"account_{1 + n * wanted.accounts // wanted.asked}"} for n in range(wanted.asked)]
    first = told(cursor, f"SELECT (until - interval '{WINDOW} days')::date FROM bench.setting")[0][0]
    since = f"'{first}'::date"
    print(f"PostgreSQL {told(cursor, 'SHOW server_version')[0][0]}, {os.cpu_count()} cores, "
          + ", ".join(f"{key} {value}" for key, value in server.settings.items() if key.endswith(("buffers", "size"))))
    measure_beside(cursor, accounts, since)
    reader = granted(server, "bench_reader", "--all")
    measure_portfolio(reader, since)
    measure_views(reader, accounts, since)
    measure_functions(reader, accounts, since)
    measure_limited(granted(server, "bench_limited", "--accounts",
                            ",".join(account["account_id"] for account in accounts)), accounts, since)
    measure_sizes(cursor)


if not wanted.insightd:
    subprocess.run(["cmake", "--preset", "release"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "insightd"], cwd=root, check=True,
                   stdout=subprocess.DEVNULL)
home = wanted.home or pathlib.Path(tempfile.mkdtemp(dir="/var/tmp", prefix="insightd-bench-"))
server = Server(home.absolute())
try:
    if server.is_new:
        connect(server.url("postgres")).execute("CREATE DATABASE bench")
        begun = time.monotonic()
        fill(server, connect(server.url("bench")))
        print(f"filled in {time.monotonic() - begun:.0f} s", flush=True)
    measure(server)
finally:
    server.stop()
    if not wanted.home:
        shutil.rmtree(home, ignore_errors=True)
