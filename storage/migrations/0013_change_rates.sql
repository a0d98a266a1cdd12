-- How fast each post changes, kept in the row that each reading updates anyway: a daemon that starts
-- goes on from it, and people see why a post is read when it is.
ALTER TABLE store.media_state
    ADD COLUMN change_per_hour real,
    ADD COLUMN change_evidence real,
    ADD COLUMN change_unread real,
    ADD COLUMN change_waited real,
    ADD COLUMN change_at timestamptz;

CREATE VIEW insights.media_pace AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.published_at, s.change_per_hour AS changes_per_hour,
       s.change_unread AS changes_unread, s.change_evidence AS changes_seen,
       s.change_at AS judged_at, s.checked_at AS read_at, s.listed_at
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
WHERE m.removed_at IS NULL AND m.product_type <> 'STORY';

COMMENT ON COLUMN store.media_state.change_per_hour IS 'How fast the post changed at change_at (views per hour; accounts reached per hour where there are no views).';
COMMENT ON COLUMN store.media_state.change_evidence IS 'What change_per_hour rests on (changes; older ones count less).';
COMMENT ON COLUMN store.media_state.change_unread IS 'Changes since the last reading of its insights that media lists hint at (changes).';
COMMENT ON COLUMN store.media_state.change_waited IS 'How long these have waited, summed up, at change_at (change-hours).';
COMMENT ON COLUMN store.media_state.change_at IS 'The reading after which this was so (timestamptz): an older one does not replace it.';
COMMENT ON VIEW insights.media_pace IS 'One row per post: how fast it changes, which decides when it is read again.';
COMMENT ON COLUMN insights.media_pace.account_id IS 'Professional account id.';
COMMENT ON COLUMN insights.media_pace.account IS 'The name in the configuration.';
COMMENT ON COLUMN insights.media_pace.media_id IS 'Media id.';
COMMENT ON COLUMN insights.media_pace.product_type IS 'FEED, REELS or AD.';
COMMENT ON COLUMN insights.media_pace.published_at IS 'When it was published (timestamptz).';
COMMENT ON COLUMN insights.media_pace.changes_per_hour IS 'How fast it changed at judged_at (views per hour; accounts reached per hour where there are no views); NULL before its first reading (list or insights).';
COMMENT ON COLUMN insights.media_pace.changes_unread IS 'Changes since read_at that its likes and comments in the media list hint at (changes).';
COMMENT ON COLUMN insights.media_pace.changes_seen IS 'What changes_per_hour rests on (changes; older ones count less).';
COMMENT ON COLUMN insights.media_pace.judged_at IS 'The reading after which this was so (timestamptz).';
COMMENT ON COLUMN insights.media_pace.read_at IS 'When its insights were last asked (timestamptz).';
COMMENT ON COLUMN insights.media_pace.listed_at IS 'When a media list last showed it (timestamptz).';
