-- What others show and write in public: media in which an account is tagged, comments on its posts,
-- mentions. People are keyed hashes, as those who write messages are. Words and names lie apart, and
-- only where the configuration asks for them.

CREATE TABLE store.tagged_media (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    published_at timestamptz,
    media_type text NOT NULL DEFAULT '',
    product_type text NOT NULL DEFAULT '',
    name_key text,
    PRIMARY KEY (account_id, media_id)
);
COMMENT ON TABLE store.tagged_media IS 'Media of others in which the account is tagged. One that leaves the list stays.';
COMMENT ON COLUMN store.tagged_media.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.tagged_media.media_id IS 'Media id.';
COMMENT ON COLUMN store.tagged_media.first_seen_at IS 'When the list showed it first (timestamptz).';
COMMENT ON COLUMN store.tagged_media.last_seen_at IS 'When the list showed it last (timestamptz).';
COMMENT ON COLUMN store.tagged_media.published_at IS 'When it was published (timestamptz); NULL if not told.';
COMMENT ON COLUMN store.tagged_media.media_type IS 'IMAGE, VIDEO, CAROUSEL_ALBUM; empty if not told.';
COMMENT ON COLUMN store.tagged_media.product_type IS 'FEED, REELS, …; empty if not told.';
COMMENT ON COLUMN store.tagged_media.name_key IS 'Keyed hash of the username of whoever published it; NULL if not told.';

CREATE TABLE store.tagged_media_sample (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    like_count bigint,
    comments_count bigint,
    PRIMARY KEY (account_id, media_id, observed_at)
);
COMMENT ON TABLE store.tagged_media_sample IS 'Counts of tagged media: a row whenever one differs from the row before.';
COMMENT ON COLUMN store.tagged_media_sample.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.tagged_media_sample.media_id IS 'Media id.';
COMMENT ON COLUMN store.tagged_media_sample.observed_at IS 'When the list showed them (timestamptz).';
COMMENT ON COLUMN store.tagged_media_sample.like_count IS 'Likes (count); NULL where its owner hides them.';
COMMENT ON COLUMN store.tagged_media_sample.comments_count IS 'Comments (count); NULL if not told.';

CREATE TABLE store.comment_reading (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    read_at timestamptz NOT NULL,
    deep_at timestamptz,
    comments_count bigint NOT NULL,
    count_reached bigint NOT NULL,
    newest_key text NOT NULL DEFAULT '',
    newest_at timestamptz,
    PRIMARY KEY (account_id, media_id)
);
COMMENT ON TABLE store.comment_reading IS
    'One line per post whose comments were read, written with them: the watermark of the next reading.';
COMMENT ON COLUMN store.comment_reading.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.comment_reading.media_id IS 'Media id of the post.';
COMMENT ON COLUMN store.comment_reading.read_at IS 'When they were read last (timestamptz): an older reading changes nothing.';
COMMENT ON COLUMN store.comment_reading.deep_at IS
    'When all of them were read last, or as many as a reading goes deep (timestamptz); NULL if never.';
COMMENT ON COLUMN store.comment_reading.comments_count IS 'Number of comments that the media list told before that reading (count).';
COMMENT ON COLUMN store.comment_reading.count_reached IS 'What it would have told right after that reading (count).';
COMMENT ON COLUMN store.comment_reading.newest_key IS 'Keyed hash of the newest comment''s id; empty without any.';
COMMENT ON COLUMN store.comment_reading.newest_at IS 'When the newest comment was written (timestamptz).';

CREATE TABLE store.comment (
    account_id bigint NOT NULL,
    comment_key text NOT NULL,
    media_id bigint NOT NULL,
    parent_key text,
    created_at timestamptz NOT NULL,
    first_seen_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    unseen_since timestamptz,
    is_own boolean NOT NULL DEFAULT false,
    author_key text,
    name_key text,
    like_count bigint,
    is_hidden boolean,
    PRIMARY KEY (account_id, comment_key)
);
CREATE INDEX ON store.comment (account_id, media_id, created_at);
CREATE INDEX ON store.comment (account_id, author_key);
CREATE INDEX ON store.comment (account_id, name_key);
COMMENT ON TABLE store.comment IS 'Comments and replies without what they say: nothing here names anybody.';
COMMENT ON COLUMN store.comment.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.comment.comment_key IS 'Keyed hash of the comment''s id.';
COMMENT ON COLUMN store.comment.media_id IS 'Media id of the post.';
COMMENT ON COLUMN store.comment.parent_key IS 'Keyed hash of the comment that it replies to; NULL if to none.';
COMMENT ON COLUMN store.comment.created_at IS 'When it was written (timestamptz, to the second).';
COMMENT ON COLUMN store.comment.first_seen_at IS 'When it was read first (timestamptz).';
COMMENT ON COLUMN store.comment.read_at IS 'When it was read last and had changed (timestamptz).';
COMMENT ON COLUMN store.comment.unseen_since IS
    'The reading of all comments of the post that lacked it (timestamptz): deleted, or out of sight; NULL while it is there.';
COMMENT ON COLUMN store.comment.is_own IS 'Whether the account wrote it.';
COMMENT ON COLUMN store.comment.author_key IS 'Keyed hash of the author''s Instagram-scoped id; NULL if the account wrote it, or not told.';
COMMENT ON COLUMN store.comment.name_key IS 'Keyed hash of the author''s username; NULL if the account wrote it, or not told.';
COMMENT ON COLUMN store.comment.like_count IS 'Likes when it was read last (count); NULL if not told.';
COMMENT ON COLUMN store.comment.is_hidden IS 'Whether the account hid it; NULL if not told.';

CREATE TABLE store.mention (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    comment_id bigint NOT NULL DEFAULT 0,
    pushed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    read_at timestamptz,
    is_gone boolean NOT NULL DEFAULT false,
    published_at timestamptz,
    media_type text NOT NULL DEFAULT '',
    author_key text,
    name_key text,
    PRIMARY KEY (account_id, media_id, comment_id)
);
COMMENT ON TABLE store.mention IS
    'Mentions of the account, as they were pushed, and what was read of them. The ids are the platform''s: it is asked by them.';
COMMENT ON COLUMN store.mention.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.mention.media_id IS 'Media id.';
COMMENT ON COLUMN store.mention.comment_id IS 'Comment id; 0 where the caption mentions the account.';
COMMENT ON COLUMN store.mention.pushed_at IS 'The platform''s time of the push (timestamptz).';
COMMENT ON COLUMN store.mention.received_at IS 'When it came first, by the daemon''s clock (timestamptz).';
COMMENT ON COLUMN store.mention.read_at IS 'When it was read last (timestamptz); NULL: not yet.';
COMMENT ON COLUMN store.mention.is_gone IS 'Whether the platform did not answer it any more.';
COMMENT ON COLUMN store.mention.published_at IS 'When the media object or comment was published (timestamptz); NULL if not told.';
COMMENT ON COLUMN store.mention.media_type IS 'IMAGE, VIDEO, CAROUSEL_ALBUM; empty for a comment, or if not told.';
COMMENT ON COLUMN store.mention.author_key IS 'Keyed hash of the author''s Instagram-scoped id; NULL if not told.';
COMMENT ON COLUMN store.mention.name_key IS 'Keyed hash of the author''s username; NULL if not told.';

CREATE TABLE store.mention_sample (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    comment_id bigint NOT NULL DEFAULT 0,
    observed_at timestamptz NOT NULL,
    like_count bigint,
    comments_count bigint,
    PRIMARY KEY (account_id, media_id, comment_id, observed_at)
);
COMMENT ON TABLE store.mention_sample IS 'Counts of mentions: a row for each reading that told any.';
COMMENT ON COLUMN store.mention_sample.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.mention_sample.media_id IS 'Media id.';
COMMENT ON COLUMN store.mention_sample.comment_id IS 'Comment id; 0 where the caption mentions the account.';
COMMENT ON COLUMN store.mention_sample.observed_at IS 'When it was read (timestamptz).';
COMMENT ON COLUMN store.mention_sample.like_count IS 'Likes (count); NULL where hidden.';
COMMENT ON COLUMN store.mention_sample.comments_count IS 'Comments (count); NULL for a comment, or if not told.';

ALTER TABLE store.account ADD COLUMN public_text_kept jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN store.account.public_text_kept IS
    'How many seconds words and names are kept after they were published, by kind: tag, comment, mention (jsonb); a kind that is missing: none is.';

CREATE TABLE insightd.public_text (
    account_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tag', 'comment', 'mention')),
    item_key text NOT NULL,
    created_at timestamptz NOT NULL,
    author_key text,
    name_key text,
    text text,
    author_id text NOT NULL DEFAULT '',
    username text,
    permalink text,
    PRIMARY KEY (account_id, kind, item_key)
);
CREATE INDEX ON insightd.public_text (account_id, kind, created_at);
COMMENT ON TABLE insightd.public_text IS
    'Words and names of tagged media, comments and mentions, where the account''s mode is text; deleted when public_text_kept has passed.';
COMMENT ON COLUMN insightd.public_text.account_id IS 'Professional account id.';
COMMENT ON COLUMN insightd.public_text.kind IS 'tag, comment or mention.';
COMMENT ON COLUMN insightd.public_text.item_key IS
    'tag: media id; comment: as comment_key in store.comment; mention: media id and comment id, with a blank between.';
COMMENT ON COLUMN insightd.public_text.created_at IS 'When it was published, or first seen if not told (timestamptz).';
COMMENT ON COLUMN insightd.public_text.author_key IS 'Keyed hash of the author''s Instagram-scoped id; NULL if not told.';
COMMENT ON COLUMN insightd.public_text.name_key IS 'Keyed hash of the author''s username; NULL if not told.';
COMMENT ON COLUMN insightd.public_text.text IS 'Caption or comment; NULL if there is none.';
COMMENT ON COLUMN insightd.public_text.author_id IS 'Instagram-scoped id of the author; empty if not told.';
COMMENT ON COLUMN insightd.public_text.username IS 'Username of the author; NULL if not told.';
COMMENT ON COLUMN insightd.public_text.permalink IS 'Where it can be seen; NULL if not told.';

COMMENT ON TABLE store.forgotten_person IS
    'People whose messages, comments and tags were removed and are never stored again: `insightd forget-person`.';
COMMENT ON COLUMN store.forgotten_person.person_key IS
    'Keyed hash of the Instagram-scoped id, or of a username.';

-- ---- the contract -------------------------------------------------------------------------------

CREATE VIEW insights.tagged_media AS
SELECT a.account_id::text AS account_id, a.name AS account, t.media_id::text AS media_id,
       t.name_key AS person, t.media_type, t.product_type, t.published_at, s.like_count,
       s.comments_count, t.first_seen_at, t.last_seen_at
FROM store.account a
JOIN store.tagged_media t USING (account_id)
LEFT JOIN LATERAL (
    SELECT like_count, comments_count FROM store.tagged_media_sample
    WHERE account_id = t.account_id AND media_id = t.media_id
    ORDER BY observed_at DESC LIMIT 1) s ON true;

COMMENT ON VIEW insights.tagged_media IS
    'Media of others in which the account is tagged, with their newest counts. One that leaves the platform''s list stays.';
COMMENT ON COLUMN insights.tagged_media.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.tagged_media.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.tagged_media.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.tagged_media.person IS
    'Keyed hash of the username of whoever published it; NULL if not told.';
COMMENT ON COLUMN insights.tagged_media.media_type IS 'IMAGE, VIDEO, CAROUSEL_ALBUM; empty if not told.';
COMMENT ON COLUMN insights.tagged_media.product_type IS 'FEED, REELS, …; empty if not told.';
COMMENT ON COLUMN insights.tagged_media.published_at IS 'When it was published (timestamptz); NULL if not told.';
COMMENT ON COLUMN insights.tagged_media.like_count IS
    'Likes as the list showed them last (count); NULL where its owner hides them. Not additive: media of others, there for each account that they show.';
COMMENT ON COLUMN insights.tagged_media.comments_count IS
    'Comments as the list showed them last (count); NULL if not told. Not additive: media of others, there for each account that they show.';
COMMENT ON COLUMN insights.tagged_media.first_seen_at IS 'When the list showed it first (timestamptz).';
COMMENT ON COLUMN insights.tagged_media.last_seen_at IS 'When the list showed it last (timestamptz).';

CREATE VIEW insights.tagged_media_history AS
SELECT a.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       s.observed_at, s.like_count, s.comments_count
FROM store.account a JOIN store.tagged_media_sample s USING (account_id);

COMMENT ON VIEW insights.tagged_media_history IS
    'Counts of tagged media over time: a row whenever one had changed.';
COMMENT ON COLUMN insights.tagged_media_history.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.tagged_media_history.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.tagged_media_history.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.tagged_media_history.observed_at IS 'When the list showed them (timestamptz).';
COMMENT ON COLUMN insights.tagged_media_history.like_count IS
    'Likes until then (count); NULL where its owner hides them. Not additive: each row is a total.';
COMMENT ON COLUMN insights.tagged_media_history.comments_count IS
    'Comments until then (count); NULL if not told. Not additive: each row is a total.';

CREATE VIEW insights.media_comments AS
SELECT a.account_id::text AS account_id, a.name AS account, c.media_id::text AS media_id,
       (c.created_at AT TIME ZONE a.timezone)::date AS day,
       count(*) FILTER (WHERE c.parent_key IS NULL AND NOT c.is_own) AS comments,
       count(*) FILTER (WHERE c.parent_key IS NOT NULL AND NOT c.is_own) AS comment_replies,
       count(*) FILTER (WHERE c.is_own) AS own_comments,
       count(*) FILTER (WHERE c.is_hidden) AS hidden,
       count(*) FILTER (WHERE c.unseen_since IS NOT NULL) AS no_longer_seen,
       sum(c.like_count)::bigint AS comment_likes,
       count(DISTINCT coalesce(c.author_key, c.name_key)) AS people
FROM store.account a JOIN store.comment c USING (account_id)
GROUP BY a.account_id, a.name, c.media_id, 4;

COMMENT ON VIEW insights.media_comments IS
    'Comments on a post, by the day on which they were written, in the account''s time zone. Those that were deleted since are counted.';
COMMENT ON COLUMN insights.media_comments.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_comments.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_comments.media_id IS 'Media id of the post, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_comments.day IS
    'Day in the account''s configured time zone; days without a comment have no row.';
COMMENT ON COLUMN insights.media_comments.comments IS
    'Comments of others on the post itself (count). Additive over days, posts and accounts; counts again insights.media_latest.comments: sum one of them.';
COMMENT ON COLUMN insights.media_comments.comment_replies IS
    'Replies of others to comments (count). Additive over days, posts and accounts.';
COMMENT ON COLUMN insights.media_comments.own_comments IS
    'Comments and replies of the account itself (count). Additive over days, posts and accounts.';
COMMENT ON COLUMN insights.media_comments.hidden IS
    'Of all of them, those that are hidden, as read last (count). Additive over days, posts and accounts; a part of the others: sum one of them.';
COMMENT ON COLUMN insights.media_comments.no_longer_seen IS
    'Of all of them, those that a later reading of all comments lacked: deleted, or out of sight (count). Additive over days, posts and accounts; a part of the others: sum one of them.';
COMMENT ON COLUMN insights.media_comments.comment_likes IS
    'Likes of all of them, as read last (count); NULL if not told. Additive over days, posts and accounts.';
COMMENT ON COLUMN insights.media_comments.people IS
    'How many others wrote them (accounts). Not additive: one who writes on several days is counted on each.';

-- A comment is answered by the account's first reply to it.
CREATE VIEW insights.comment_activity AS
WITH answer AS (
    SELECT account_id, parent_key, min(created_at) AS answered_at FROM store.comment
    WHERE is_own AND parent_key IS NOT NULL GROUP BY account_id, parent_key
), comment AS (
    SELECT a.account_id, a.name, (c.created_at AT TIME ZONE a.timezone)::date AS day, c.media_id,
           c.parent_key, c.created_at, c.is_own, c.author_key, c.name_key,
           CASE WHEN c.parent_key IS NULL AND NOT c.is_own THEN r.answered_at END AS answered_at
    FROM store.account a
    JOIN store.comment c USING (account_id)
    LEFT JOIN answer r ON r.account_id = c.account_id AND r.parent_key = c.comment_key
)
SELECT account_id::text AS account_id, name AS account, day,
       count(*) FILTER (WHERE parent_key IS NULL AND NOT is_own) AS comments,
       count(*) FILTER (WHERE parent_key IS NOT NULL AND NOT is_own) AS comment_replies,
       count(*) FILTER (WHERE is_own) AS own_comments, count(answered_at) AS answered,
       percentile_cont(0.5) WITHIN GROUP (
           ORDER BY (extract(epoch FROM answered_at - created_at) / 60)::double precision)
           AS median_response_minutes,
       count(DISTINCT media_id) AS posts,
       count(DISTINCT coalesce(author_key, name_key)) AS people
FROM comment
GROUP BY account_id, name, day;

COMMENT ON VIEW insights.comment_activity IS
    'Comments on all posts of an account and how they were answered, by the day on which they were written, in its time zone.';
COMMENT ON COLUMN insights.comment_activity.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.comment_activity.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.comment_activity.day IS
    'Day in the account''s configured time zone; days without a comment have no row.';
COMMENT ON COLUMN insights.comment_activity.comments IS
    'Comments of others on posts themselves (count). Additive over days and accounts; counts again insights.media_latest.comments: sum one of them.';
COMMENT ON COLUMN insights.comment_activity.comment_replies IS
    'Replies of others to comments (count). Additive over days and accounts; counts again insights.media_comments.comment_replies: sum one of them.';
COMMENT ON COLUMN insights.comment_activity.own_comments IS
    'Comments and replies of the account itself (count). Additive over days and accounts; counts again insights.media_comments.own_comments: sum one of them.';
COMMENT ON COLUMN insights.comment_activity.answered IS
    'Of the comments, those that the account replied to since (count). Additive over days and accounts; a part of comments: sum one of them.';
COMMENT ON COLUMN insights.comment_activity.median_response_minutes IS
    'Median time to the account''s first reply to them (minutes); NULL without one. Not additive: a median.';
COMMENT ON COLUMN insights.comment_activity.posts IS
    'Posts on which something was written (count). Not additive: a post is counted on each day.';
COMMENT ON COLUMN insights.comment_activity.people IS
    'How many others wrote (accounts). Not additive: one who writes on several days is counted on each.';

CREATE VIEW insights.mention AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       nullif(m.comment_id, 0)::text AS comment_id,
       CASE WHEN m.comment_id = 0 THEN 'caption' ELSE 'comment' END AS mentioned_in,
       coalesce(m.author_key, m.name_key) AS person, m.media_type, m.published_at, m.pushed_at,
       s.like_count, s.comments_count, m.is_gone, m.read_at
FROM store.account a
JOIN store.mention m USING (account_id)
LEFT JOIN LATERAL (
    SELECT like_count, comments_count FROM store.mention_sample
    WHERE account_id = m.account_id AND media_id = m.media_id AND comment_id = m.comment_id
    ORDER BY observed_at DESC LIMIT 1) s ON true;

COMMENT ON VIEW insights.mention IS
    'Captions and comments of others that mention the account, as the platform pushed them, with their newest counts.';
COMMENT ON COLUMN insights.mention.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.mention.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.mention.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.mention.comment_id IS
    'Comment id, text because it exceeds 2^53; NULL where the caption mentions the account.';
COMMENT ON COLUMN insights.mention.mentioned_in IS 'caption or comment.';
COMMENT ON COLUMN insights.mention.person IS
    'Keyed hash of the author''s Instagram-scoped id, else of the username; NULL if neither was told.';
COMMENT ON COLUMN insights.mention.media_type IS 'IMAGE, VIDEO, CAROUSEL_ALBUM; empty for a comment, or if not told.';
COMMENT ON COLUMN insights.mention.published_at IS
    'When the media object or comment was published (timestamptz); NULL if not told.';
COMMENT ON COLUMN insights.mention.pushed_at IS 'The platform''s time of the push (timestamptz).';
COMMENT ON COLUMN insights.mention.like_count IS
    'Likes when it was read last (count); NULL where hidden, or not read. Not additive: media of others, there for each account that they mention.';
COMMENT ON COLUMN insights.mention.comments_count IS
    'Comments when it was read last (count); NULL for a comment, or not read. Not additive: media of others, there for each account that they mention.';
COMMENT ON COLUMN insights.mention.is_gone IS 'Whether the platform did not answer it any more.';
COMMENT ON COLUMN insights.mention.read_at IS 'When it was read last (timestamptz); NULL: not yet.';

CREATE VIEW insights.mention_history AS
SELECT a.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       nullif(s.comment_id, 0)::text AS comment_id, s.observed_at, s.like_count, s.comments_count
FROM store.account a JOIN store.mention_sample s USING (account_id);

COMMENT ON VIEW insights.mention_history IS 'Counts of mentions over time: a row for each reading.';
COMMENT ON COLUMN insights.mention_history.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.mention_history.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.mention_history.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.mention_history.comment_id IS
    'Comment id, text because it exceeds 2^53; NULL where the caption mentions the account.';
COMMENT ON COLUMN insights.mention_history.observed_at IS 'When it was read (timestamptz).';
COMMENT ON COLUMN insights.mention_history.like_count IS
    'Likes until then (count); NULL where hidden. Not additive: each row is a total.';
COMMENT ON COLUMN insights.mention_history.comments_count IS
    'Comments until then (count); NULL for a comment, or if not told. Not additive: each row is a total.';

-- Whoever never collected what is off as a rule has no line of it.
CREATE OR REPLACE VIEW insights.collection_health AS
SELECT a.account_id::text AS account_id, a.name AS account, k.collector,
       CASE WHEN NOT k.collector = ANY(a.collects) THEN 'off'
            WHEN c.started_at IS NULL THEN 'never_run'
            WHEN c.consecutive_failures > 0 THEN 'failing' ELSE 'ok' END AS state,
       c.started_at AS last_started_at, c.last_success_at, c.next_due_at,
       coalesce(c.consecutive_failures, 0) AS consecutive_failures,
       coalesce(c.error_class, '') AS error_class, coalesce(c.error, '') AS error,
       coalesce(c.calls, 0) AS calls, c.budget_percent,
       (SELECT count(*) FROM store.media m
        WHERE m.account_id = a.account_id AND m.expires_at > c.started_at) AS stories_open
FROM store.account a
CROSS JOIN (VALUES ('profile', true), ('media', true), ('media_insights', true), ('stories', true),
                   ('account_insights', true), ('audience', true), ('conversations', false),
                   ('tags', false), ('comments', false), ('mentions', false), ('publishing_limit', false),
                   ('competitors', false), ('live_media', false)) k(collector, is_usual)
LEFT JOIN store.collection c USING (account_id, collector)
WHERE k.is_usual OR k.collector = ANY(a.collects) OR c.started_at IS NOT NULL;

COMMENT ON COLUMN insights.collection_health.collector IS
    'profile, media, media_insights, stories, account_insights or audience; and those that are off unless asked for: conversations, tags, comments, mentions, publishing_limit, competitors, live_media.';

-- ---- words and names: for readers of messages ----------------------------------------------------

COMMENT ON SCHEMA insights_text IS
    'Words and names: messages, and what others show and write; only for `insightd grant-reader NAME --messages`.';

CREATE VIEW insights_text.comment AS
SELECT a.account_id::text AS account_id, a.name AS account, c.media_id::text AS media_id,
       c.comment_key AS comment, c.parent_key AS parent, c.created_at, c.is_own, t.text, t.author_id,
       t.username
FROM insightd.public_text t
JOIN store.account a USING (account_id)
JOIN store.comment c ON c.account_id = t.account_id AND c.comment_key = t.item_key
WHERE t.kind = 'comment';
COMMENT ON VIEW insights_text.comment IS
    'What comments say and who wrote them, where the account''s mode is text; kept as long as the configuration says.';
COMMENT ON COLUMN insights_text.comment.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights_text.comment.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights_text.comment.media_id IS 'Media id of the post.';
COMMENT ON COLUMN insights_text.comment.comment IS 'Keyed hash of the comment''s id.';
COMMENT ON COLUMN insights_text.comment.parent IS 'Keyed hash of the comment that it replies to; NULL if to none.';
COMMENT ON COLUMN insights_text.comment.created_at IS 'When it was written (timestamptz).';
COMMENT ON COLUMN insights_text.comment.is_own IS 'Whether the account wrote it.';
COMMENT ON COLUMN insights_text.comment.text IS 'What was written.';
COMMENT ON COLUMN insights_text.comment.author_id IS 'Instagram-scoped id of the author; empty if not told.';
COMMENT ON COLUMN insights_text.comment.username IS 'Username of the author; NULL if not told.';

CREATE VIEW insights_text.tagged_media AS
SELECT a.account_id::text AS account_id, a.name AS account, t.item_key AS media_id, t.created_at,
       t.text AS caption, t.username, t.permalink
FROM insightd.public_text t JOIN store.account a USING (account_id)
WHERE t.kind = 'tag';
COMMENT ON VIEW insights_text.tagged_media IS
    'Captions of tagged media and who published them, where the account''s mode is text; kept as long as the configuration says.';
COMMENT ON COLUMN insights_text.tagged_media.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights_text.tagged_media.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights_text.tagged_media.media_id IS 'Media id.';
COMMENT ON COLUMN insights_text.tagged_media.created_at IS 'When it was published, or first seen if not told (timestamptz).';
COMMENT ON COLUMN insights_text.tagged_media.caption IS 'Caption; NULL without one.';
COMMENT ON COLUMN insights_text.tagged_media.username IS 'Who published it; NULL if not told.';
COMMENT ON COLUMN insights_text.tagged_media.permalink IS 'Where it can be seen; NULL if not told.';

CREATE VIEW insights_text.mention AS
SELECT a.account_id::text AS account_id, a.name AS account,
       split_part(t.item_key, ' ', 1) AS media_id,
       nullif(split_part(t.item_key, ' ', 2), '0') AS comment_id, t.created_at, t.text, t.author_id,
       t.username
FROM insightd.public_text t JOIN store.account a USING (account_id)
WHERE t.kind = 'mention';
COMMENT ON VIEW insights_text.mention IS
    'What mentions say and who wrote them, where the account''s mode is text; kept as long as the configuration says.';
COMMENT ON COLUMN insights_text.mention.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights_text.mention.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights_text.mention.media_id IS 'Media id.';
COMMENT ON COLUMN insights_text.mention.comment_id IS 'Comment id; NULL where the caption mentions the account.';
COMMENT ON COLUMN insights_text.mention.created_at IS 'When it was published, or first seen if not told (timestamptz).';
COMMENT ON COLUMN insights_text.mention.text IS 'Caption or comment; NULL if not told.';
COMMENT ON COLUMN insights_text.mention.author_id IS 'Instagram-scoped id of the author; empty if not told.';
COMMENT ON COLUMN insights_text.mention.username IS 'Username of the author; NULL if not told.';
