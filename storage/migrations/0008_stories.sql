-- The story ledger: how each story ended, and why if it was missed.

CREATE TABLE store.story (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    known_at timestamptz NOT NULL,
    found_at timestamptz NOT NULL,
    published_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    window_from timestamptz NOT NULL,
    last_answer_at timestamptz,
    last_numbers_at timestamptz,
    provenance text CHECK (provenance IN ('poll', 'webhook', 'highlight')),
    state text NOT NULL CHECK (state IN ('open', 'final', 'webhook', 'missed')),
    reason_kind text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    closed_at timestamptz,
    is_highlight boolean NOT NULL DEFAULT false,
    troubles jsonb NOT NULL DEFAULT '[]',
    CHECK ((state = 'missed') = (reason <> '')),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    PRIMARY KEY (account_id, media_id)
);

-- Stories that were collected before there was a ledger. Those that ended before the daemon last
-- did anything are closed by what is stored of them; the others are open.
INSERT INTO store.story (account_id, media_id, known_at, found_at, published_at, expires_at,
    window_from, last_answer_at, last_numbers_at, provenance, state, reason_kind, reason, closed_at)
SELECT account_id, media_id, greatest(first_seen_at, checked_at), first_seen_at, published_at,
       expires_at, window_from, last_answer_at, numbers_at,
       CASE WHEN numbers_at IS NOT NULL THEN 'poll' END,
       CASE WHEN NOT has_ended THEN 'open' WHEN is_read THEN 'final' ELSE 'missed' END,
       CASE WHEN has_ended AND NOT is_read THEN 'not_recorded' ELSE '' END,
       CASE WHEN has_ended AND NOT is_read
            THEN 'it ended before insightd kept a ledger of stories' ELSE '' END,
       CASE WHEN has_ended THEN expires_at END
FROM (
    SELECT m.account_id, m.media_id, m.first_seen_at, m.published_at, m.expires_at,
           m.expires_at - interval '15 minutes' AS window_from, s.checked_at, s.numbers_at,
           l.last_answer_at,
           coalesce(l.last_answer_at >= m.expires_at - interval '15 minutes', false) AS is_read,
           m.expires_at <= coalesce((SELECT max(started_at) FROM store.collection c
                                     WHERE c.account_id = m.account_id), m.expires_at) AS has_ended
    FROM store.media m
    LEFT JOIN store.media_state s USING (account_id, media_id)
    LEFT JOIN LATERAL (
        SELECT CASE WHEN s.absent::text LIKE '%too_few_viewers%' THEN s.checked_at
                    ELSE s.numbers_at END AS last_answer_at) l ON true
    WHERE m.product_type = 'STORY' AND m.expires_at IS NOT NULL) known;

-- A rate is NULL where one of its numbers is. The platform leaves out what did not happen: where the
-- kinds of navigation that it names make up the whole, the others are 0.
CREATE OR REPLACE VIEW insights.story_summary AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.media_type, m.published_at, m.expires_at, s.numbers_at AS last_reading_at,
       extract(epoch FROM m.expires_at - s.numbers_at) / 60 AS minutes_before_expiry,
       s.checked_at AS asked_at,
       s.views, s.reach, s.shares, s.follows, s.total_interactions, s.profile_visits,
       s.profile_activity, s.replies, s.navigation,
       store.whole(n.cells ->> 'tap_forward') AS taps_forward,
       store.whole(n.cells ->> 'tap_back') AS taps_back,
       store.whole(n.cells ->> 'tap_exit') AS exits,
       store.whole(n.cells ->> 'swipe_forward') AS swipes_forward,
       s.absent,
       l.state, nullif(l.reason, '') AS reason, nullif(l.reason_kind, '') AS reason_kind,
       extract(epoch FROM s.numbers_at - m.published_at) / 60 AS last_seen_age,
       l.provenance, l.is_highlight, l.closed_at,
       r.exits / nullif(s.views, 0)::double precision AS exit_rate,
       1 - (r.exits + r.swipes) / nullif(s.views, 0)::double precision AS completion_rate,
       extract(epoch FROM l.found_at - m.published_at) / 60 AS found_after
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN store.story l USING (account_id, media_id)
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(c.dimension_value, c.value) AS cells FROM store.cells(s.breakdowns) c
    WHERE c.metric = 'navigation' AND NOT c.is_unattributed) n ON true
LEFT JOIN LATERAL (
    SELECT coalesce((n.cells ->> 'tap_exit')::numeric, w.rest) AS exits,
           coalesce((n.cells ->> 'swipe_forward')::numeric, w.rest) AS swipes
    FROM (SELECT CASE WHEN (s.breakdowns #>> '{navigation,story_navigation_action_type,unattributed}')::numeric = 0
                      THEN 0 END AS rest) w) r ON true
WHERE m.product_type = 'STORY';

COMMENT ON TABLE store.story IS 'The story ledger: one line per story, written with its readings. A line that was closed is never opened again.';
COMMENT ON COLUMN store.story.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.story.media_id IS 'Media id of the story.';
COMMENT ON COLUMN store.story.known_at IS 'When the line was as it is (timestamptz): an older line does not replace it.';
COMMENT ON COLUMN store.story.found_at IS 'When the list of stories first showed it (timestamptz).';
COMMENT ON COLUMN store.story.published_at IS 'When it was published (timestamptz).';
COMMENT ON COLUMN store.story.expires_at IS '24 h after publication (timestamptz).';
COMMENT ON COLUMN store.story.window_from IS 'An answer from here on counts as its last reading (timestamptz).';
COMMENT ON COLUMN store.story.last_answer_at IS 'When it last answered numbers, or that there are too few viewers for any (timestamptz).';
COMMENT ON COLUMN store.story.last_numbers_at IS 'Of when its last numbers are (timestamptz).';
COMMENT ON COLUMN store.story.provenance IS 'Where its last numbers came from: poll, webhook or highlight; NULL without any.';
COMMENT ON COLUMN store.story.state IS 'open, final, webhook or missed.';
COMMENT ON COLUMN store.story.reason_kind IS 'Missed: the class of the reason; else empty.';
COMMENT ON COLUMN store.story.reason IS 'Missed: the reason in words; else empty.';
COMMENT ON COLUMN store.story.closed_at IS 'When its end was decided (timestamptz); NULL while open.';
COMMENT ON COLUMN store.story.is_highlight IS 'Whether it answers beyond its end and is read on.';
COMMENT ON COLUMN store.story.troubles IS 'What kept it from being read since its last answer (jsonb): [{"kind", "from", "to"}].';

COMMENT ON COLUMN insights.story_summary.state IS
    'open: alive, or its last try is to come; final: answered in its last minutes or after its end; webhook: its last numbers were pushed by the platform; missed: none of these, "reason" says why.';
COMMENT ON COLUMN insights.story_summary.reason IS
    'Missed stories: what kept them from being read, and from when to when; NULL for others.';
COMMENT ON COLUMN insights.story_summary.reason_kind IS
    'Missed stories: the class of the reason: api_failing, throttled, token_dead, account_paused, no_permission, refused, no_numbers, not_running, rows_lost, found_late, not_asked, not_recorded; NULL for others.';
COMMENT ON COLUMN insights.story_summary.last_seen_age IS
    'Age of the story at its last reading with numbers (minutes); NULL without one.';
COMMENT ON COLUMN insights.story_summary.provenance IS
    'Where its last numbers came from: poll, webhook (pushed by the platform) or highlight (read after its end); NULL without any.';
COMMENT ON COLUMN insights.story_summary.is_highlight IS
    'Whether it answers beyond its end and is read on.';
COMMENT ON COLUMN insights.story_summary.closed_at IS
    'When its end was decided (timestamptz); NULL while open.';
COMMENT ON COLUMN insights.story_summary.exit_rate IS
    'Exits per view (0 to 1): exits / views; a kind of navigation that the platform left out of a complete split is 0; NULL where an input is absent or views are 0.';
COMMENT ON COLUMN insights.story_summary.completion_rate IS
    'Share of views that did not leave the story (0 to 1): 1 - (exits + swipes_forward) / views; NULL where an input is absent or views are 0.';
COMMENT ON COLUMN insights.story_summary.found_after IS
    'From publication until the list of stories first showed it (minutes).';
