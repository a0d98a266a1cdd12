-- Rows that were collected and dropped before the database had them: the spool was full, or its file
-- damaged. What is missing for this reason is said here, and nowhere silently.
CREATE TABLE store.loss (
    account_id bigint NOT NULL,
    loss_id text NOT NULL,
    collector text NOT NULL,
    worth text NOT NULL,
    rows bigint,
    first_at timestamptz,
    last_at timestamptz,
    lost_at timestamptz NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (account_id, loss_id)
);
COMMENT ON TABLE store.loss IS
    'Rows that were collected and dropped before the database had them. Account 0: nobody can tell whose.';
COMMENT ON COLUMN store.loss.account_id IS 'Professional account id; 0 if that is not known.';
COMMENT ON COLUMN store.loss.loss_id IS 'Given by the spool: one loss written twice is one row.';
COMMENT ON COLUMN store.loss.collector IS 'Whose rows they were; empty if that is not known.';
COMMENT ON COLUMN store.loss.worth IS
    'refetchable: the platform still answers it, or a later reading says nearly as much; irreplaceable: stories, messages.';
COMMENT ON COLUMN store.loss.rows IS 'Rows dropped (count); NULL if nobody can tell.';
COMMENT ON COLUMN store.loss.first_at IS 'The rows were observed from then (timestamptz) …';
COMMENT ON COLUMN store.loss.last_at IS '… until then (timestamptz); NULL if nobody can tell.';
COMMENT ON COLUMN store.loss.lost_at IS 'When they were dropped, by the daemon''s clock (timestamptz).';
COMMENT ON COLUMN store.loss.reason IS 'Why, in words.';
