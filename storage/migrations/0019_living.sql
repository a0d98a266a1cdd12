-- Who was not heard of for 15 s is dead, also when nobody is left to remove it: the views name the living.

CREATE OR REPLACE VIEW insights.instance_status AS
SELECT i.instance_id, i.host, i.pid, i.version, i.started_at, i.heartbeat_at,
       cardinality(i.accounts)::bigint AS accounts_configured,
       (SELECT count(*) FROM store.lease l WHERE l.instance_id = i.instance_id) AS accounts_owned
FROM store.instance i
WHERE i.heartbeat_at >= clock_timestamp() - interval '15 s';

CREATE OR REPLACE VIEW insights.account_owner AS
SELECT a.account_id::text AS account_id, a.name AS account, i.instance_id, i.host, i.pid,
       CASE WHEN i.instance_id IS NOT NULL THEN l.taken_at END AS since
FROM store.account a
LEFT JOIN store.lease l USING (account_id)
LEFT JOIN store.instance i
       ON i.instance_id = l.instance_id AND i.heartbeat_at >= clock_timestamp() - interval '15 s';

COMMENT ON VIEW insights.instance_status IS
    'Running instances of insightd: those that share this database and were heard of within 15 s.';
COMMENT ON VIEW insights.account_owner IS
    'Which running instance collects each account; without an instance while nobody does.';
