-- What the platform tells of a story by itself when it has ended.

CREATE TABLE store.story_push (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    pushed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    told jsonb NOT NULL,
    PRIMARY KEY (account_id, media_id, pushed_at)
);
COMMENT ON TABLE store.story_push IS
    'Webhooks of stories as they came; one that comes twice is one row. Their numbers are merged into store.media_sample: a row there with the same time.';
COMMENT ON COLUMN store.story_push.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.story_push.media_id IS 'Media id of the story.';
COMMENT ON COLUMN store.story_push.pushed_at IS 'The platform''s time of the push (timestamptz).';
COMMENT ON COLUMN store.story_push.received_at IS 'When it came first, by the daemon''s clock (timestamptz).';
COMMENT ON COLUMN store.story_push.told IS
    'The numbers under the names under which they were sent (jsonb); -1: fewer than five viewers.';

-- A push names three kinds of navigation and no total: the total moves with them, the others stay.
CREATE FUNCTION store.with_pushed_cells(polled jsonb, pushed jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH was AS (
        SELECT c -> 0 AS key, (c ->> 1)::numeric AS value
        FROM jsonb_array_elements(polled #> '{navigation,story_navigation_action_type,cells}') c
    ), told AS (
        SELECT c -> 0 AS key, (c ->> 1)::numeric AS value
        FROM jsonb_array_elements(pushed #> '{navigation,story_navigation_action_type,cells}') c
    ), cell AS (
        SELECT key, coalesce(told.value, was.value) AS value,
               told.value - coalesce(was.value, 0) AS moved
        FROM was FULL JOIN told USING (key)
    )
    SELECT CASE WHEN pushed IS NULL THEN polled ELSE
        coalesce(polled, '{}') || jsonb_build_object('navigation',
            coalesce(polled -> 'navigation', '{}') || jsonb_build_object('story_navigation_action_type',
                jsonb_build_object(
                    'total', (polled #>> '{navigation,story_navigation_action_type,total}')::numeric
                             + sum(moved),
                    'unattributed', polled #> '{navigation,story_navigation_action_type,unattributed}',
                    'cells', jsonb_agg(jsonb_build_array(key, value) ORDER BY key)))) END
    FROM cell
$$;

-- Reasons of metrics without a number.
CREATE FUNCTION store.still_absent(absent jsonb, numbers jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each(absent) WHERE numbers ->> key IS NULL
$$;

CREATE VIEW insights.story_push AS
SELECT p.account_id::text AS account_id, a.name AS account, p.media_id::text AS media_id,
       p.pushed_at, p.received_at, p.told
FROM store.story_push p JOIN store.account a USING (account_id);

COMMENT ON VIEW insights.story_push IS
    'Webhooks of stories as they came. insights.story_summary has their numbers, merged with those of the polls.';
COMMENT ON COLUMN insights.story_push.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.story_push.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.story_push.media_id IS 'Media id of the story, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.story_push.pushed_at IS 'The platform''s time of the push (timestamptz).';
COMMENT ON COLUMN insights.story_push.received_at IS 'When it came first (timestamptz).';
COMMENT ON COLUMN insights.story_push.told IS
    'The numbers under the names under which they were sent (jsonb); -1: fewer than five viewers. For proof, not for sums: insights.story_summary has them under today''s names.';

COMMENT ON COLUMN insights.story_summary.provenance IS
    'Where its last numbers came from: poll, webhook (pushed by the platform; metrics that a push does not tell are those of the last poll) or highlight (read after its end); NULL without any.';
