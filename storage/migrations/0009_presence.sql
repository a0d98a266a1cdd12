-- Deleted needs proof: what speaks for and against each post. A post without a row is listed.

CREATE TABLE store.media_presence (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    known_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('listed', 'hidden', 'suspect', 'gone')),
    since timestamptz NOT NULL,
    refusals bigint NOT NULL DEFAULT 0,
    unproven_refusals bigint NOT NULL DEFAULT 0,
    refused_since timestamptz,
    lists_missing bigint NOT NULL DEFAULT 0,
    missing_since timestamptz,
    answered_at timestamptz,
    removed_at timestamptz,
    returned_at timestamptz,
    CHECK ((state = 'gone') = (removed_at IS NOT NULL)),
    PRIMARY KEY (account_id, media_id)
);

CREATE OR REPLACE VIEW insights.media_latest AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.media_type, m.published_at, m.expires_at, m.permalink, m.caption,
       m.shortcode, m.media_url, m.thumbnail_url, m.alt_text, m.is_comment_enabled,
       m.is_shared_to_feed,
       s.views, s.reach, s.likes, s.comments, s.saved, s.shares, s.follows, s.total_interactions,
       s.profile_visits, s.profile_activity, s.replies, s.navigation, s.avg_watch_ms,
       s.total_watch_ms,
       store.whole(s.extra ->> 'reposts') AS reposts,
       (s.extra ->> 'reels_skip_rate')::double precision AS reels_skip_rate,
       store.whole(s.extra ->> 'crossposted_views') AS crossposted_views,
       store.whole(s.extra ->> 'facebook_views') AS facebook_views,
       store.whole(s.extra ->> 'total_views') AS total_views,
       store.whole(s.extra ->> 'total_likes') AS total_likes,
       store.whole(s.extra ->> 'total_comments') AS total_comments,
       store.whole(s.extra ->> 'link_clicks') AS link_clicks,
       s.absent, s.numbers_at AS checked_at, s.checked_at AS asked_at, s.row_at AS changed_at,
       s.like_count, s.comments_count, s.listed_at,
       (SELECT count(*) FROM store.media_child c
        WHERE c.account_id = m.account_id AND c.media_id = m.media_id) AS children,
       CASE WHEN m.product_type <> 'STORY' THEN coalesce(p.state, 'listed') END AS presence,
       CASE WHEN m.product_type <> 'STORY' THEN coalesce(p.since, m.first_seen_at) END
           AS presence_since,
       (m.username <> u.username AND coalesce(m.owner_id <> m.account_id::text, true))
           AS is_collaboration,
       m.removed_at, p.returned_at
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN store.media_presence p USING (account_id, media_id)
LEFT JOIN store.account_state u ON u.account_id = m.account_id;

COMMENT ON TABLE store.media_presence IS 'What speaks for and against posts still being there; posts without a row are listed.';
COMMENT ON COLUMN store.media_presence.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.media_presence.media_id IS 'Media id.';
COMMENT ON COLUMN store.media_presence.known_at IS 'When all this was so (timestamptz): an older row does not replace it.';
COMMENT ON COLUMN store.media_presence.state IS 'listed, hidden, suspect or gone.';
COMMENT ON COLUMN store.media_presence.since IS 'Since when it is in this state (timestamptz).';
COMMENT ON COLUMN store.media_presence.refusals IS 'Refusals in a row as not existing, while other posts answered (count).';
COMMENT ON COLUMN store.media_presence.unproven_refusals IS 'Refusals since another post answered last (count): they may be throttling.';
COMMENT ON COLUMN store.media_presence.refused_since IS 'The first refusal in a row (timestamptz).';
COMMENT ON COLUMN store.media_presence.lists_missing IS 'Lists in a row that should have shown it and did not (count).';
COMMENT ON COLUMN store.media_presence.missing_since IS 'The first of these lists (timestamptz).';
COMMENT ON COLUMN store.media_presence.answered_at IS 'When its insights last answered while it was missing from the list (timestamptz).';
COMMENT ON COLUMN store.media_presence.removed_at IS 'When it was proven to be gone (timestamptz); NULL unless it is.';
COMMENT ON COLUMN store.media_presence.returned_at IS 'When a list last held it again after it was gone (timestamptz).';

COMMENT ON COLUMN insights.media_latest.absent IS
    'Why a number is NULL, by metric (jsonb), e.g. {"reach": "too_few_viewers"}; or why the last numbers are not confirmed any more: "suspect" if the platform says that the post does not exist, "gone" once that is proven. "views by follow_type" is a split that was refused.';
COMMENT ON COLUMN insights.media_latest.presence IS
    'Posts: listed; hidden (it left the list but answers: archived, or past the newest 10,000); suspect (refused or missing, not proven); gone (deleted). NULL for stories.';
COMMENT ON COLUMN insights.media_latest.presence_since IS
    'Since when it is in this state (timestamptz); NULL for stories.';
COMMENT ON COLUMN insights.media_latest.is_collaboration IS
    'Whether another account made it and this one is a collaborator; NULL where the platform does not tell.';
COMMENT ON COLUMN insights.media_latest.removed_at IS
    'When the post was proven to be gone (timestamptz); its numbers stay as they were last; NULL otherwise.';
COMMENT ON COLUMN insights.media_latest.returned_at IS
    'When the list last held it again after it was gone (timestamptz); NULL if that never happened.';
