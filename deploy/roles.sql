-- Three kinds of roles, once for each database: psql -d insights -f deploy/roles.sql, as a superuser.
--   insightd_owner   owns the schema: insightd migrate, insightd grant-reader
--   insightd_writer  is the daemon, while the schema is up to date: insightd run --no-migrate
--   readers          see the schema insights and nothing else: insightd grant-reader NAME
-- Give both a password with \password, or let pg_hba.conf say who they are. See deploy/docs/readers.md.

DO $$
BEGIN
    IF to_regrole('insightd_owner') IS NULL THEN
        CREATE ROLE insightd_owner LOGIN CREATEROLE;
    END IF;
    IF to_regrole('insightd_writer') IS NULL THEN
        CREATE ROLE insightd_writer LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO insightd_owner', current_database());
    -- Another database of this server is none of theirs, nor this one anybody else's.
    EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO insightd_writer', current_database());
    -- So until PostgreSQL 14: whoever makes functions can look past the limits of a reader.
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
END $$;
