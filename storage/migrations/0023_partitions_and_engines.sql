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

CREATE TABLE insightd.engine (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE insightd.engine IS
    'The extension that keeps the facts, once storage/engines has turned the tables into its own; no row: plain PostgreSQL.';
COMMENT ON COLUMN insightd.engine.name IS 'timescaledb or citus.';
COMMENT ON COLUMN insightd.engine.checksum IS 'Of the file that was run (SHA-256, hex).';
COMMENT ON COLUMN insightd.engine.applied_at IS 'When (timestamptz, database clock).';

-- Views name a table by what it is, not by its name: where another table takes its place they are
-- made again, with their options; comments and rights stay.
CREATE FUNCTION insightd.repoint_views(from_table text, to_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line record;
BEGIN
    FOR line IN
        SELECT c.oid, c.reloptions, pg_get_viewdef(c.oid) AS definition
        FROM pg_class c
        WHERE c.relkind = 'v' AND c.oid IN (
            SELECT r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
              AND d.refobjid = format('store.%I', from_table)::regclass)
        ORDER BY c.oid
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %s %s AS %s', line.oid::regclass,
                       'WITH (' || array_to_string(line.reloptions, ', ') || ')',
                       regexp_replace(line.definition, '\y' || from_table || '\y', to_table, 'g'));
    END LOOP;
END $$;
COMMENT ON FUNCTION insightd.repoint_views(text, text) IS
    'Lets the views that read a table of the schema store read another one with the same columns.';

-- As before; on Citus, workers check who may read the tables below a view.
CREATE OR REPLACE FUNCTION insightd.grant_reading(reader text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA insights TO %I', reader);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA insights TO %I', reader);
    EXECUTE (SELECT format('GRANT SELECT ON %s TO %I', string_agg(c.oid::regclass::text, ', '), reader)
             FROM pg_class c WHERE c.relnamespace = 'insights'::regnamespace AND c.relkind = 'v');
    IF EXISTS (SELECT 1 FROM insightd.engine e WHERE e.name = 'citus') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA store TO %I', reader);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA store TO %I', reader);
    END IF;
END $$;

-- As before; the writer leaves the engine alone.
CREATE OR REPLACE FUNCTION insightd.grant_writing() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    GRANT USAGE ON SCHEMA store, insightd TO insightd_writer;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA store, insightd TO insightd_writer;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA store, insightd TO insightd_writer;
    REVOKE INSERT, UPDATE, DELETE ON insightd.schema_version, insightd.engine, insightd.reader,
        insightd.reader_account FROM insightd_writer;
    PERFORM insightd.grant_reading('insightd_writer');
END $$;
