-- Any number of insightd share one database: who lives, and whose each account is.
-- All instants here are of the database's own clock, never of a simulated one.

CREATE TABLE store.instance (
    instance_id text PRIMARY KEY,
    home text,
    host text NOT NULL,
    pid bigint NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    wants bigint NOT NULL DEFAULT 0,
    accounts bigint[] NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE store.instance IS
    'Running instances of insightd. Whoever finds one without a heartbeat for 15 s removes it; it is alive as long as it is here.';
COMMENT ON COLUMN store.instance.instance_id IS
    'Random, made anew whenever an instance registers.';
COMMENT ON COLUMN store.instance.home IS
    'Whose state_dir it has, which one process at a time can have: a successor replaces it at once.';
COMMENT ON COLUMN store.instance.started_at IS 'When it registered (timestamptz, database clock).';
COMMENT ON COLUMN store.instance.heartbeat_at IS
    'When it was last heard of (timestamptz, database clock).';
COMMENT ON COLUMN store.instance.wants IS 'Accounts that it lacks of its fair share (count).';
COMMENT ON COLUMN store.instance.accounts IS 'Account ids in its configuration.';

CREATE SEQUENCE store.fence;

CREATE TABLE store.lease (
    account_id bigint PRIMARY KEY,
    instance_id text,
    fence bigint NOT NULL DEFAULT 0,
    taken_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX ON store.lease (instance_id);
COMMENT ON TABLE store.lease IS
    'Whose each account is: of the instance, as long as that is in store.instance.';
COMMENT ON COLUMN store.lease.instance_id IS 'Who has it, or had it last; NULL: it was given back.';
COMMENT ON COLUMN store.lease.fence IS
    'A new number at each taking: rows that were read under an older one change no state.';
COMMENT ON COLUMN store.lease.taken_at IS 'When it was taken (timestamptz, database clock).';

CREATE VIEW insights.instance_status AS
SELECT i.instance_id, i.host, i.pid, i.version, i.started_at, i.heartbeat_at,
       cardinality(i.accounts)::bigint AS accounts_configured,
       (SELECT count(*) FROM store.lease l WHERE l.instance_id = i.instance_id) AS accounts_owned
FROM store.instance i;

COMMENT ON VIEW insights.instance_status IS
    'Running instances of insightd: those that share this database.';
COMMENT ON COLUMN insights.instance_status.instance_id IS
    'Random, made anew whenever an instance registers.';
COMMENT ON COLUMN insights.instance_status.host IS 'Name of its machine.';
COMMENT ON COLUMN insights.instance_status.pid IS 'Its process id on that machine.';
COMMENT ON COLUMN insights.instance_status.version IS 'Its version of insightd.';
COMMENT ON COLUMN insights.instance_status.started_at IS
    'When it registered (timestamptz, database clock).';
COMMENT ON COLUMN insights.instance_status.heartbeat_at IS
    'When it was last heard of (timestamptz, database clock); after 15 s without, the others take its accounts.';
COMMENT ON COLUMN insights.instance_status.accounts_configured IS
    'Accounts in its configuration (count).';
COMMENT ON COLUMN insights.instance_status.accounts_owned IS
    'Accounts that it collects now (count).';

CREATE VIEW insights.account_owner AS
SELECT a.account_id::text AS account_id, a.name AS account, i.instance_id, i.host, i.pid,
       CASE WHEN i.instance_id IS NOT NULL THEN l.taken_at END AS since
FROM store.account a
LEFT JOIN store.lease l USING (account_id)
LEFT JOIN store.instance i USING (instance_id);

COMMENT ON VIEW insights.account_owner IS
    'Which instance collects each account; without an instance while nobody does.';
COMMENT ON COLUMN insights.account_owner.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_owner.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_owner.instance_id IS
    'The instance that collects it; NULL: none does.';
COMMENT ON COLUMN insights.account_owner.host IS 'Name of the instance''s machine.';
COMMENT ON COLUMN insights.account_owner.pid IS 'Its process id on that machine.';
COMMENT ON COLUMN insights.account_owner.since IS
    'When it took the account (timestamptz, database clock).';
