-- Facts distributed by account, side by side; catalogues on every node; what instances share stays
-- on the coordinator. Runs after the migrations, again and again: new tables follow.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';

-- No local table may point at a distributed one. Limited readers there are none.
ALTER TABLE insightd.reader_account DROP CONSTRAINT IF EXISTS reader_account_account_id_fkey;

DO $$
DECLARE
    line record;
BEGIN
    FOR line IN
        SELECT c.oid::regclass::text AS name, c.relname = 'account' AS is_first,
               EXISTS (SELECT FROM pg_index i JOIN pg_attribute a
                           ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
                       WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'account_id')
                   AS is_of_accounts
        FROM pg_class c
        WHERE c.relnamespace = 'store'::regnamespace AND c.relkind IN ('r', 'p')
              AND NOT c.relispartition AND c.relname NOT IN ('instance', 'lease', 'budget_block')
              AND NOT EXISTS (SELECT FROM pg_dist_partition d WHERE d.logicalrelid = c.oid)
        ORDER BY is_first DESC, c.oid
    LOOP
        IF line.is_first THEN
            PERFORM create_distributed_table(line.name::regclass, 'account_id');
        ELSIF line.is_of_accounts THEN
            PERFORM create_distributed_table(line.name::regclass, 'account_id',
                                             colocate_with => 'store.account');
        ELSE
            PERFORM create_reference_table(line.name::regclass);
        END IF;
    END LOOP;
END $$;

-- Without moving rows that lie there already: no INSERT of what a DELETE returns across shards.
CREATE OR REPLACE FUNCTION store.ensure_month(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('store.media_sample_' || to_char(month, 'YYYYMM')) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('insightd.ensure_month'));
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS store.%I PARTITION OF store.media_sample FOR VALUES FROM (%L) TO (%L)',
        'media_sample_' || to_char(month, 'YYYYMM'),
        date_trunc('month', month::timestamp) AT TIME ZONE 'UTC',
        (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC');
END $$;
