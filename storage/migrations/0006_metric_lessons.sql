-- Which metrics the API does not answer, for whom, and since when; and every number that is absent.

CREATE TABLE store.metric_lesson (
    host text NOT NULL,
    version text NOT NULL,
    subject text NOT NULL,
    product_type text NOT NULL,
    media_type text NOT NULL,
    metric text NOT NULL,
    breakdown text NOT NULL,
    object_id bigint NOT NULL,
    account_id bigint NOT NULL,
    state text NOT NULL,
    reason text,
    words text NOT NULL,
    learned_at timestamptz NOT NULL,
    last_refused_at timestamptz,
    retry_at timestamptz,
    answered_at timestamptz,
    refusals bigint NOT NULL,
    published_until timestamptz,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (host, version, subject, product_type, media_type, metric, breakdown, object_id)
);
COMMENT ON TABLE store.metric_lesson IS
    'What the API was seen not to answer. object_id 0: all objects of the kind; metric empty: every metric of the object. account_id: whose object taught it last.';
CREATE INDEX ON store.metric_lesson (account_id, object_id);

CREATE TABLE store.metric_offer (
    host text NOT NULL,
    version text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    is_known boolean NOT NULL,
    first_offered_at timestamptz NOT NULL,
    last_offered_at timestamptz NOT NULL,
    PRIMARY KEY (host, version, subject, name)
);
COMMENT ON TABLE store.metric_offer IS
    'Names in the lists of valid metrics that refusals print; is_known: this insightd''s catalogue has it.';

CREATE VIEW insights.metric_matrix AS
SELECT l.host, l.version, l.subject, nullif(l.product_type, '') AS product_type,
       nullif(l.media_type, '') AS media_type, nullif(l.metric, '') AS metric,
       nullif(l.breakdown, '') AS breakdown,
       CASE WHEN l.object_id = 0 THEN 'kind' ELSE 'object' END AS scope,
       CASE WHEN l.object_id <> 0 THEN l.account_id::text END AS account_id,
       CASE WHEN l.object_id <> 0 THEN a.name END AS account,
       CASE WHEN l.object_id <> 0 AND l.subject = 'media' THEN l.object_id::text END AS media_id,
       l.published_until, l.state, l.reason, l.words, l.learned_at, l.last_refused_at, l.retry_at,
       l.answered_at AS answered_again_at, l.refusals, l.changed_at
FROM store.metric_lesson l
LEFT JOIN store.account a USING (account_id)
UNION ALL
SELECT o.host, o.version, o.subject, NULL, NULL, o.name, NULL, 'kind', NULL, NULL, NULL, NULL,
       'offered_unknown', NULL, '', o.first_offered_at, NULL, NULL, NULL, 0, o.last_offered_at
FROM store.metric_offer o
WHERE NOT o.is_known
      AND NOT EXISTS (SELECT 1 FROM store.metric m WHERE m.subject = o.subject AND m.name = o.name);

COMMENT ON VIEW insights.metric_matrix IS 'Which metrics the platform does not answer, for which kind of object or which one, why, and when they are asked again; and names it offers that insightd does not know.';
COMMENT ON COLUMN insights.metric_matrix.host IS
    'Login kind whose host it was: instagram or facebook.';
COMMENT ON COLUMN insights.metric_matrix.version IS
    'Version of the API that was asked, such as v24.0.';
COMMENT ON COLUMN insights.metric_matrix.subject IS
    'media or account.';
COMMENT ON COLUMN insights.metric_matrix.product_type IS
    'FEED, REELS or STORY; NULL for accounts.';
COMMENT ON COLUMN insights.metric_matrix.media_type IS
    'IMAGE, VIDEO or CAROUSEL_ALBUM; NULL for accounts, and where the platform did not say.';
COMMENT ON COLUMN insights.metric_matrix.metric IS
    'The API''s name; NULL: every metric of the object.';
COMMENT ON COLUMN insights.metric_matrix.breakdown IS
    'Dimensions of the split that is not answered; NULL: the metric itself.';
COMMENT ON COLUMN insights.metric_matrix.scope IS
    'kind: holds for all such objects; object: for one post or account.';
COMMENT ON COLUMN insights.metric_matrix.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53; NULL for a kind.';
COMMENT ON COLUMN insights.metric_matrix.account IS
    'Name of the account in the configuration; NULL for a kind.';
COMMENT ON COLUMN insights.metric_matrix.media_id IS
    'The post, reel or story, text because it exceeds 2^53; NULL for a kind and for accounts.';
COMMENT ON COLUMN insights.metric_matrix.published_until IS
    'A kind of media: it holds for those published up to then, younger ones are asked (timestamptz).';
COMMENT ON COLUMN insights.metric_matrix.state IS
    'suspect (asked alone next time), refused (not asked until retry_at), answered_again (over), answered (a metric that the catalogue does not know has come), offered_unknown (the platform lists it, insightd does not know it).';
COMMENT ON COLUMN insights.metric_matrix.reason IS
    'Why it is absent: unsupported, not_crossposted, before_conversion or empty.';
COMMENT ON COLUMN insights.metric_matrix.words IS
    'What the platform said, at most 300 bytes; empty if it said nothing.';
COMMENT ON COLUMN insights.metric_matrix.learned_at IS
    'Since when it holds without a break (timestamptz); for offered_unknown: when it was first listed.';
COMMENT ON COLUMN insights.metric_matrix.last_refused_at IS
    'Last refusal (timestamptz).';
COMMENT ON COLUMN insights.metric_matrix.retry_at IS
    'From when on it is asked again (timestamptz); NULL when it is over.';
COMMENT ON COLUMN insights.metric_matrix.answered_again_at IS
    'When it was last answered again, or listed as valid again (timestamptz).';
COMMENT ON COLUMN insights.metric_matrix.refusals IS
    'Refusals in a row (count).';
COMMENT ON COLUMN insights.metric_matrix.changed_at IS
    'When anything of the row last changed (timestamptz).';

CREATE VIEW insights.absence AS
SELECT a.account_id::text AS account_id, a.name AS account, 'media' AS subject,
       s.media_id::text AS media_id, NULL::date AS day, e.key AS metric, NULL::text AS timeframe,
       e.value AS reason,
       (SELECT min(m.observed_at) FROM store.media_sample m
        WHERE m.account_id = s.account_id AND m.media_id = s.media_id
              AND m.observed_at > coalesce(
                  (SELECT max(p.observed_at) FROM store.media_sample p
                   WHERE p.account_id = s.account_id AND p.media_id = s.media_id
                         AND p.absent ->> e.key IS NULL), '-infinity')) AS since,
       s.checked_at AS observed_at
FROM store.media_state s
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL jsonb_each_text(s.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'account_day', NULL, d.day, e.key, NULL, e.value, NULL,
       d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (day) * FROM store.account_day
                    WHERE account_id = a.account_id ORDER BY day, observed_at DESC) d
CROSS JOIN LATERAL jsonb_each_text(d.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'audience', NULL, d.snapshot_on,
       d.metric || ' by ' || d.dimension, d.timeframe, d.absent, NULL, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (metric, dimension, timeframe) *
                    FROM store.demographic_snapshot WHERE account_id = a.account_id
                    ORDER BY metric, dimension, timeframe, snapshot_on DESC) d
WHERE d.absent IS NOT NULL
UNION ALL
SELECT a.account_id::text, a.name, 'online_followers', NULL, o.day, 'online_followers', NULL,
       o.absent, NULL, o.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (account_id) * FROM store.online_followers
                    WHERE account_id = a.account_id ORDER BY account_id, day DESC, observed_at DESC) o
WHERE o.absent IS NOT NULL;

COMMENT ON VIEW insights.absence IS 'Every number that was asked for and is not there, as last read, with the reason. One row per post and metric, day and metric, or split of the audience.';
COMMENT ON COLUMN insights.absence.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.absence.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.absence.subject IS
    'media, account_day, audience or online_followers.';
COMMENT ON COLUMN insights.absence.media_id IS
    'The post, reel or story, text because it exceeds 2^53; NULL for accounts.';
COMMENT ON COLUMN insights.absence.day IS
    'The day, or the date of the audience''s snapshot (date); NULL for media.';
COMMENT ON COLUMN insights.absence.metric IS
    'The API''s name; "views by follow_type" where only a split is missing.';
COMMENT ON COLUMN insights.absence.timeframe IS
    'this_week or this_month; audience only.';
COMMENT ON COLUMN insights.absence.reason IS
    'empty, too_few_viewers, unsupported, before_conversion, under_100_followers, no_permission, expired, suspect (it may be gone), gone, not_crossposted or call_failed (asked again within minutes).';
COMMENT ON COLUMN insights.absence.since IS
    'First reading without the number, since the last one that had it (timestamptz); media only.';
COMMENT ON COLUMN insights.absence.observed_at IS
    'When it was last asked for, or left out by a lesson of the matrix (timestamptz).';

CREATE VIEW insights.media_extra_metric AS
SELECT a.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       m.product_type, e.key AS metric, (e.value #>> '{}')::numeric AS value,
       s.numbers_at AS checked_at
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL jsonb_each(s.extra) e
WHERE jsonb_typeof(e.value) = 'number';

COMMENT ON VIEW insights.media_extra_metric IS 'Metrics of media without a column of their own, such as new ones that the configuration switched on: one row per post and metric, as last read.';
COMMENT ON COLUMN insights.media_extra_metric.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_extra_metric.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_extra_metric.media_id IS
    'The post, reel or story, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_extra_metric.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_extra_metric.metric IS
    'The API''s name; its unit is in insights.metric, if insightd knows it.';
COMMENT ON COLUMN insights.media_extra_metric.value IS
    'Lifetime total, in the metric''s own unit.';
COMMENT ON COLUMN insights.media_extra_metric.checked_at IS
    'When the numbers were last asked for and confirmed (timestamptz).';

CREATE VIEW insights.account_extra_metric AS
SELECT a.account_id::text AS account_id, a.name AS account, d.day, e.key AS metric,
       (e.value #>> '{}')::numeric AS value, d.is_final, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (day) * FROM store.account_day
                    WHERE account_id = a.account_id ORDER BY day, observed_at DESC) d
CROSS JOIN LATERAL jsonb_each(d.extra) e
WHERE jsonb_typeof(e.value) = 'number';

COMMENT ON VIEW insights.account_extra_metric IS 'Metrics of account days without a column of their own: one row per day and metric, the newest reading.';
COMMENT ON COLUMN insights.account_extra_metric.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_extra_metric.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_extra_metric.day IS
    'The day spoken of (date).';
COMMENT ON COLUMN insights.account_extra_metric.metric IS
    'The API''s name; its unit is in insights.metric, if insightd knows it.';
COMMENT ON COLUMN insights.account_extra_metric.value IS
    'Number of the day, in the metric''s own unit.';
COMMENT ON COLUMN insights.account_extra_metric.is_final IS
    'True once read 48 h or more past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.account_extra_metric.observed_at IS
    'When the platform was asked (timestamptz).';
