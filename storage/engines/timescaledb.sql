-- Samples as a hypertable that is compressed when it is old. Runs after the migrations, again and again.

-- A partitioned table cannot become one: a new table takes its place, with all its rows.
DO $$
BEGIN
    IF EXISTS (SELECT FROM timescaledb_information.hypertables
               WHERE hypertable_schema = 'store' AND hypertable_name = 'media_sample') THEN
        RETURN;
    END IF;
    ALTER TABLE store.media_sample RENAME TO media_sample_plain;
    CREATE TABLE store.media_sample (LIKE store.media_sample_plain INCLUDING DEFAULTS
        INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING COMMENTS);
    PERFORM create_hypertable('store.media_sample', 'observed_at',
        chunk_time_interval => interval '1 month', create_default_indexes => false);
    INSERT INTO store.media_sample SELECT * FROM store.media_sample_plain;
    PERFORM insightd.repoint_views('media_sample_plain', 'media_sample');
    DROP TABLE store.media_sample_plain;
    -- Segments of a post would compress 3.6 times worse.
    ALTER TABLE store.media_sample SET (timescaledb.compress,
        timescaledb.compress_segmentby = 'account_id',
        timescaledb.compress_orderby = 'media_id, observed_at');
END $$;

SELECT add_compression_policy('store.media_sample', interval '45 days', if_not_exists => true);

-- Chunks make themselves.
CREATE OR REPLACE FUNCTION store.ensure_month(month date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT';
