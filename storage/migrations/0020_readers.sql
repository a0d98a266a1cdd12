-- Who reads the contract, and whose rows. Three kinds of roles: the owner migrates, the writer is the
-- daemon, readers see the schema insights and nothing else; some of them only a few accounts.

CREATE TABLE insightd.reader (
    reader text PRIMARY KEY,
    sees_all boolean NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE insightd.reader IS
    'Logins that read the schema insights of this database: `insightd grant-reader`.';
COMMENT ON COLUMN insightd.reader.reader IS 'Name of the role.';
COMMENT ON COLUMN insightd.reader.sees_all IS
    'Whether it sees every account; else those of insightd.reader_account.';
COMMENT ON COLUMN insightd.reader.granted_at IS
    'When it was granted last (timestamptz, database clock).';

CREATE TABLE insightd.reader_account (
    reader text NOT NULL REFERENCES insightd.reader ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES store.account,
    PRIMARY KEY (reader, account_id)
);
COMMENT ON TABLE insightd.reader_account IS 'Which accounts a limited reader sees.';
COMMENT ON COLUMN insightd.reader_account.reader IS 'Name of the role.';
COMMENT ON COLUMN insightd.reader_account.account_id IS 'Professional account id.';

-- Whose rights count: who logged in, and whom SET ROLE made of that. Within a SECURITY DEFINER
-- function current_user is its owner, and SET ROLE alone must not shed a limit.
CREATE FUNCTION insightd.callers() RETURNS SETOF name
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT session_user UNION SELECT nullif(current_setting('role'), 'none')::name
$$;
COMMENT ON FUNCTION insightd.callers() IS
    'The roles that this session is: by its login, and by SET ROLE; else NULL.';

-- Whoever is not known sees nothing: a role that was renamed, or that reads by somebody else's GRANT.
-- Who may read the tables needs no view to do so.
CREATE FUNCTION insightd.sees_all(who name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM insightd.reader r WHERE r.reader = who AND NOT r.sees_all)
       AND (has_schema_privilege(who, 'store', 'USAGE')
            OR EXISTS (SELECT 1 FROM insightd.reader r JOIN pg_roles p ON p.rolname = r.reader
                       WHERE r.sees_all AND pg_has_role(who, p.oid, 'USAGE')))
$$;
COMMENT ON FUNCTION insightd.sees_all(name) IS
    'Whether a role sees every account: an unlimited reader, a member of one, or who may use the tables.';

-- RESTRICTED: a parallel worker need not know who logged in.
CREATE FUNCTION insightd.is_limited() RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM insightd.reader r WHERE NOT r.sees_all)
       AND EXISTS (SELECT 1 FROM insightd.callers() c WHERE NOT insightd.sees_all(c))
$$;
COMMENT ON FUNCTION insightd.is_limited() IS
    'Whether this session sees some accounts only, or none; nobody is while there is no limited reader.';

CREATE FUNCTION insightd.visible_accounts() RETURNS text[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH limited AS MATERIALIZED (
        SELECT c AS role FROM insightd.callers() c WHERE NOT insightd.sees_all(c)
    ), common AS (
        SELECT g.account_id FROM insightd.reader_account g JOIN limited l ON l.role = g.reader
        GROUP BY g.account_id HAVING count(*) = (SELECT count(*) FROM limited)
    )
    SELECT coalesce(array_agg(account_id::text), '{}') FROM common
$$;
COMMENT ON FUNCTION insightd.visible_accounts() IS
    'The accounts that a limited session sees, as text: those that each limited role it is may see.';

-- The filter of limited readers, in one place: it goes around the definition of every view, also of
-- those that later migrations make or replace. Only a database with a limited reader has it: a
-- security barrier costs plans that reach through a view. What names no account is the operator's,
-- except for the catalogue of metrics.
CREATE FUNCTION insightd.guard_views() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line record;
BEGIN
    FOR line IN
        SELECT c.relname, rtrim(pg_get_viewdef(c.oid), ';') AS definition,
               CASE WHEN a.attname IS NULL THEN 'NOT (SELECT insightd.is_limited())'
                    ELSE 'NOT (SELECT insightd.is_limited()) OR '
                         'v.account_id::text = ANY ((SELECT insightd.visible_accounts())::text[])'
               END AS rule
        FROM pg_class c
        LEFT JOIN pg_attribute a
            ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'insights'::regnamespace AND c.relkind = 'v'
              AND c.relname <> 'metric'
              AND pg_get_viewdef(c.oid) NOT LIKE '%insightd.is_limited()%'
        ORDER BY c.oid
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW insights.%I WITH (security_barrier = true) AS '
                       'SELECT v.* FROM (%s) v WHERE %s',
                       line.relname, line.definition, line.rule);
    END LOOP;
END $$;
COMMENT ON FUNCTION insightd.guard_views() IS
    'Puts the filter of limited readers around each view of the contract that lacks it.';

-- Privileges are given to each reader itself: roles belong to the whole server, and a member of a
-- common role would read every database of it, unlimited where nobody limited it.
CREATE FUNCTION insightd.grant_reading(reader text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA insights TO %I', reader);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA insights TO %I', reader);
    EXECUTE (SELECT format('GRANT SELECT ON %s TO %I', string_agg(c.oid::regclass::text, ', '), reader)
             FROM pg_class c WHERE c.relnamespace = 'insights'::regnamespace AND c.relkind = 'v');
END $$;
COMMENT ON FUNCTION insightd.grant_reading(text) IS
    'Lets a role read the views and call the functions of the contract.';

CREATE FUNCTION insightd.grant_writing() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    GRANT USAGE ON SCHEMA store, insightd TO insightd_writer;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA store, insightd TO insightd_writer;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA store, insightd TO insightd_writer;
    REVOKE INSERT, UPDATE, DELETE ON insightd.schema_version, insightd.reader,
        insightd.reader_account FROM insightd_writer;
    PERFORM insightd.grant_reading('insightd_writer');
END $$;
COMMENT ON FUNCTION insightd.grant_writing() IS
    'Gives the role insightd_writer what the daemon needs when the schema is up to date.';

-- Runs within each migration: nothing new is seen by anyone before it is guarded.
CREATE FUNCTION insightd.secure() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM insightd.reader r WHERE NOT r.sees_all) THEN
        PERFORM insightd.guard_views();
    END IF;
    IF to_regrole('insightd_writer') IS NOT NULL THEN
        PERFORM insightd.grant_writing();
    END IF;
    PERFORM insightd.grant_reading(p.rolname) FROM pg_roles p
    WHERE p.rolname IN (SELECT r.reader FROM insightd.reader r);
END $$;
COMMENT ON FUNCTION insightd.secure() IS
    'Brings filters and privileges up to date with the schema, the roles and insightd.reader.';

-- The writer owns no table, and makes the partitions all the same.
ALTER FUNCTION store.ensure_month(date) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
-- Readers see data_gaps, and no table that this reads.
ALTER FUNCTION store.expected_days(bigint) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- The functions of the contract read tables, which readers cannot. Each works through those accounts
-- that its caller sees, one call each that checks it again: so a condition on the account is as good
-- as before, and nobody needs a right to a table.
DO $$
DECLARE
    line record;
BEGIN
    FOR line IN
        SELECT p.oid, p.proname AS name, pg_get_function_result(p.oid) AS result,
               obj_description(p.oid) AS said,
               (SELECT string_agg(quote_ident(c.name), ', f.' ORDER BY c.place)
                FROM unnest(p.proargnames) WITH ORDINALITY c(name, place)
                WHERE c.name NOT IN ('t', 'account_id', 'account')) AS columns
        FROM pg_proc p WHERE p.pronamespace = 'insights'::regnamespace ORDER BY p.oid
    LOOP
        EXECUTE format('ALTER FUNCTION insights.%I(timestamptz) SET SCHEMA store', line.name);
        EXECUTE format('CREATE FUNCTION insights.%I(t timestamptz, of_account text) RETURNS %s '
            'LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER '
            'SET search_path = pg_catalog, pg_temp AS $f$ '
            'SELECT f.* FROM store.%I(t) f WHERE f.account_id = of_account '
            'AND (NOT (SELECT insightd.is_limited()) OR '
            'of_account = ANY ((SELECT insightd.visible_accounts())::text[])) $f$',
            line.name, line.result, line.name);
        EXECUTE format('CREATE FUNCTION insights.%I(t timestamptz) RETURNS %s LANGUAGE sql STABLE '
            'PARALLEL RESTRICTED AS $f$ SELECT a.account_id, a.account, f.%s '
            'FROM insights.account_owner a, insights.%I(t, a.account_id) f $f$',
            line.name, line.result, line.columns, line.name);
        EXECUTE format('COMMENT ON FUNCTION insights.%I(timestamptz) IS %L', line.name, line.said);
        EXECUTE format('COMMENT ON FUNCTION insights.%I(timestamptz, text) IS %L', line.name,
            'The same of one account, by its id.');
        EXECUTE format('COMMENT ON FUNCTION store.%I(timestamptz) IS %L', line.name,
            'What the function of this name in insights reads.');
    END LOOP;
END $$;
