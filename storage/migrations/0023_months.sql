-- As before, also where rows of the month are already there, in the partition of all the rest: they
-- move. And with less in its way: attaching a table locks none but that partition against readers.
CREATE OR REPLACE FUNCTION store.ensure_month(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'media_sample_' || to_char(month, 'YYYYMM');
BEGIN
    IF to_regclass('store.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('insightd.ensure_month'));
    IF to_regclass('store.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE store.%I (LIKE store.media_sample INCLUDING DEFAULTS '
                   'INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
    LOCK TABLE store.media_sample_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM store.media_sample_rest '
                   'WHERE observed_at >= %L AND observed_at < %L RETURNING *) '
                   'INSERT INTO store.%I SELECT * FROM moved', first, next, name);
    EXECUTE format('ALTER TABLE store.media_sample ATTACH PARTITION store.%I '
                   'FOR VALUES FROM (%L) TO (%L)', name, first, next);
END $$;
COMMENT ON FUNCTION store.ensure_month(date) IS
    'Makes the partition of the samples that holds the month of this day (UTC), unless it is there.';
