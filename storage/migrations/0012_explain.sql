-- What `insightd explain` reads beside the facts.
CREATE TABLE store.failed_poll (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    failed_at timestamptz NOT NULL,
    failures bigint NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    PRIMARY KEY (account_id, media_id)
);
COMMENT ON TABLE store.failed_poll IS 'The newest failed poll of each post or story whose polls failed.';
COMMENT ON COLUMN store.failed_poll.failed_at IS 'When it was asked (timestamptz).';
COMMENT ON COLUMN store.failed_poll.failures IS 'Failed polls since the first (count).';

-- An instant for people.
CREATE FUNCTION store.utc(instant timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')
$$;

-- Numbers of a row as one line: what is NULL is left out.
CREATE FUNCTION store.numbers(line jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(n.key || ' ' || n.value, ', ' ORDER BY n.key)
    FROM jsonb_each_text(jsonb_strip_nulls(line)
         - '{account_id,media_id,observed_at,checked_at,day,day_end,is_final,breakdowns,extra,absent}'::text[]
         || coalesce(nullif(line -> 'extra', 'null'), '{}')) n
$$;

-- Reasons of a row as one line.
CREATE FUNCTION store.reasons(absent jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(r.key || ' ' || r.value, ', ' ORDER BY r.key) FROM jsonb_each_text(absent) r
$$;
