-- A block of the platform holds for every instance, and for one that starts in its midst: a call
-- that is made all the same prolongs it.
CREATE TABLE store.budget_block (
    pool text PRIMARY KEY,
    account_id bigint,
    until timestamptz NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE store.budget_block IS
    'The newest block of each app and account that the platform ever refused for too many calls.';
COMMENT ON COLUMN store.budget_block.pool IS 'The app''s name, or the account''s id.';
COMMENT ON COLUMN store.budget_block.account_id IS 'The account; NULL: the whole app.';
COMMENT ON COLUMN store.budget_block.until IS
    'No call before (timestamptz, clock of the instance that was refused).';
COMMENT ON COLUMN store.budget_block.told_at IS 'When it was written (timestamptz, database clock).';

CREATE VIEW insights.budget_block AS
SELECT b.account_id::text AS account_id, a.name AS account,
       CASE WHEN b.account_id IS NULL THEN b.pool END AS app, b.until AS blocked_until
FROM store.budget_block b
LEFT JOIN store.account a USING (account_id)
WHERE b.told_at > clock_timestamp() - interval '1 day';

COMMENT ON VIEW insights.budget_block IS
    'Blocks of the last day: the platform refused too many calls, and none is made before blocked_until.';
COMMENT ON COLUMN insights.budget_block.account_id IS
    'Professional account id (1784…) whose own limit was reached; NULL: that of the whole app.';
COMMENT ON COLUMN insights.budget_block.account IS
    'Name of the account in the configuration; NULL: the whole app.';
COMMENT ON COLUMN insights.budget_block.app IS
    'The app, by its login and its id as far as it is configured; NULL: one account only.';
COMMENT ON COLUMN insights.budget_block.blocked_until IS
    'When calls are made again (timestamptz); in the past: it is over.';
