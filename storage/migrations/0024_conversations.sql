-- Conversations: who wrote when. People, conversations and messages are keyed hashes; their key is
-- sealed in the vault. What was written lies apart, and only where the configuration asks for it.

CREATE TABLE store.conversation (
    account_id bigint NOT NULL,
    conversation_key text NOT NULL,
    person_key text,
    first_seen_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    updated_at timestamptz,
    began_at timestamptz,
    newest_key text NOT NULL DEFAULT '',
    newest_at timestamptz,
    PRIMARY KEY (account_id, conversation_key)
);
COMMENT ON TABLE store.conversation IS
    'One line per conversation, written with the messages that it told: the watermark of the next reading.';
COMMENT ON COLUMN store.conversation.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.conversation.conversation_key IS 'Keyed hash of the conversation''s id.';
COMMENT ON COLUMN store.conversation.person_key IS
    'Keyed hash of the other side''s Instagram-scoped id; NULL where it is not one person.';
COMMENT ON COLUMN store.conversation.first_seen_at IS 'When it was read first (timestamptz).';
COMMENT ON COLUMN store.conversation.read_at IS 'When it was read last (timestamptz): an older reading changes nothing.';
COMMENT ON COLUMN store.conversation.updated_at IS
    'updated_time of the list before that reading (timestamptz); NULL if it told none.';
COMMENT ON COLUMN store.conversation.began_at IS
    'When its first message was written (timestamptz); NULL where older ones were never seen.';
COMMENT ON COLUMN store.conversation.newest_key IS 'Keyed hash of the newest message''s id; empty without any.';
COMMENT ON COLUMN store.conversation.newest_at IS 'When the newest message was written (timestamptz).';

CREATE TABLE store.message (
    account_id bigint NOT NULL,
    message_key text NOT NULL,
    conversation_key text NOT NULL,
    person_key text,
    created_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    direction text CHECK (direction IN ('in', 'out')),
    sender_key text,
    lost text NOT NULL DEFAULT '' CHECK (lost IN ('', 'not_among_newest', 'deleted')),
    is_unsupported boolean NOT NULL DEFAULT false,
    attachments text[] NOT NULL DEFAULT '{}',
    shares text[] NOT NULL DEFAULT '{}',
    story text NOT NULL DEFAULT '' CHECK (story IN ('', 'reply', 'mention')),
    story_id bigint,
    reactions jsonb,
    PRIMARY KEY (account_id, message_key)
);
CREATE INDEX ON store.message (account_id, conversation_key, created_at);
CREATE INDEX ON store.message (account_id, person_key);
COMMENT ON TABLE store.message IS 'Messages without what they say: nothing here names anybody.';
COMMENT ON COLUMN store.message.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.message.message_key IS 'Keyed hash of the message''s id.';
COMMENT ON COLUMN store.message.conversation_key IS 'Keyed hash of the conversation''s id.';
COMMENT ON COLUMN store.message.person_key IS 'Keyed hash of the other side of the conversation, if it is one person.';
COMMENT ON COLUMN store.message.created_at IS 'When it was written (timestamptz, to the second).';
COMMENT ON COLUMN store.message.read_at IS 'When it was read last and had changed (timestamptz).';
COMMENT ON COLUMN store.message.direction IS
    'in: to the account; out: from it; NULL where the platform did not tell.';
COMMENT ON COLUMN store.message.sender_key IS 'Keyed hash of who wrote it; NULL if the account did, or nobody knows.';
COMMENT ON COLUMN store.message.lost IS
    'Why there are no details: not_among_newest (more came between two polls than the platform tells of), deleted; empty if there are.';
COMMENT ON COLUMN store.message.is_unsupported IS 'Whether the platform does not show what it holds.';
COMMENT ON COLUMN store.message.attachments IS 'Kinds of attachments: image, video, audio, file, other.';
COMMENT ON COLUMN store.message.shares IS 'Kinds of what was shared: link, product.';
COMMENT ON COLUMN store.message.story IS 'reply: to a story of the account; mention: of the account in a story; empty: neither.';
COMMENT ON COLUMN store.message.story_id IS 'Media id of the account''s story that is replied to.';
COMMENT ON COLUMN store.message.reactions IS 'Reactions when it was read (jsonb): {"love": 1}; NULL without any.';

CREATE TABLE store.forgotten_person (
    account_id bigint NOT NULL,
    person_key text NOT NULL,
    forgotten_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, person_key)
);
COMMENT ON TABLE store.forgotten_person IS
    'People whose messages were removed and are never stored again: `insightd forget-person`.';
COMMENT ON COLUMN store.forgotten_person.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.forgotten_person.person_key IS 'Keyed hash of the Instagram-scoped id.';
COMMENT ON COLUMN store.forgotten_person.forgotten_at IS 'When (timestamptz, database clock).';

ALTER TABLE store.account ADD COLUMN text_kept interval;
COMMENT ON COLUMN store.account.text_kept IS
    'How long texts of messages are kept after they were written; NULL: none is.';

CREATE TABLE insightd.message_text (
    account_id bigint NOT NULL,
    message_key text NOT NULL,
    person_key text,
    sender_key text,
    created_at timestamptz NOT NULL,
    text text,
    sender_id text NOT NULL,
    sender_username text,
    urls jsonb,
    PRIMARY KEY (account_id, message_key)
);
CREATE INDEX ON insightd.message_text (account_id, created_at);
COMMENT ON TABLE insightd.message_text IS
    'What messages say and who wrote them, where the account''s mode is text; deleted when text_kept has passed.';
COMMENT ON COLUMN insightd.message_text.account_id IS 'Professional account id.';
COMMENT ON COLUMN insightd.message_text.message_key IS 'As in store.message.';
COMMENT ON COLUMN insightd.message_text.person_key IS 'As in store.message.';
COMMENT ON COLUMN insightd.message_text.sender_key IS 'As in store.message.';
COMMENT ON COLUMN insightd.message_text.created_at IS 'When it was written (timestamptz).';
COMMENT ON COLUMN insightd.message_text.text IS 'What was written; NULL if nothing was.';
COMMENT ON COLUMN insightd.message_text.sender_id IS 'Instagram-scoped id of who wrote it.';
COMMENT ON COLUMN insightd.message_text.sender_username IS 'Name of who wrote it, as told then; NULL if not told.';
COMMENT ON COLUMN insightd.message_text.urls IS
    'URLs of attachments, shares and stories (jsonb): [["image", "https://…"]]; NULL without any. The platform''s URLs expire.';

CREATE TABLE insightd.people_key (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    key_id text NOT NULL,
    box bytea NOT NULL
);
COMMENT ON TABLE insightd.people_key IS
    'The key of all keyed hashes, sealed with XChaCha20-Poly1305 under the vault''s key; key id is bound to it.';
COMMENT ON COLUMN insightd.people_key.is_only IS 'There is one.';
COMMENT ON COLUMN insightd.people_key.key_id IS 'Which key of the vault opens it.';
COMMENT ON COLUMN insightd.people_key.box IS 'Nonce and ciphertext.';

-- ---- the contract -------------------------------------------------------------------------------

-- A question is what the other side wrote until the account answers. Both at one second: the answer
-- came by itself. A message without details counts, and decides nothing.
CREATE VIEW insights.conversation_activity AS
WITH message AS (
    SELECT a.account_id, a.name, a.timezone, m.*
    FROM store.account a
    CROSS JOIN LATERAL (
        SELECT conversation_key, created_at, direction, lost,
               lag(direction) OVER (PARTITION BY conversation_key
                                    ORDER BY direction IS NULL, created_at, direction) AS before,
               min(created_at) FILTER (WHERE direction = 'out')
                   OVER (PARTITION BY conversation_key
                         ORDER BY created_at DESC, direction DESC) AS answered_at
        FROM store.message WHERE account_id = a.account_id) m
), question AS (
    SELECT m.account_id, m.name, m.timezone, m.created_at, m.answered_at,
           extract(epoch FROM m.answered_at - m.created_at) / 60 AS minutes,
           c.began_at = m.created_at AS is_first
    FROM message m JOIN store.conversation c USING (account_id, conversation_key)
    WHERE m.direction = 'in' AND m.before IS DISTINCT FROM 'in'
), event AS (
    SELECT account_id, name, (created_at AT TIME ZONE timezone)::date AS day,
           (direction IS NOT DISTINCT FROM 'in')::int AS came,
           (direction IS NOT DISTINCT FROM 'out')::int AS went,
           (direction IS NULL)::int AS untold, (lost <> '')::int AS lost, 0 AS began, 0 AS asked,
           0 AS answered, NULL::numeric AS first_minutes, NULL::numeric AS minutes, 0 AS opened
    FROM message
    UNION ALL
    SELECT a.account_id, a.name, (c.began_at AT TIME ZONE a.timezone)::date,
           0, 0, 0, 0, 1, 0, 0, NULL, NULL, 0
    FROM store.account a JOIN store.conversation c USING (account_id)
    WHERE c.began_at IS NOT NULL
    UNION ALL
    SELECT account_id, name, (created_at AT TIME ZONE timezone)::date,
           0, 0, 0, 0, 0, 1, (answered_at IS NOT NULL)::int,
           CASE WHEN is_first THEN minutes END, minutes, 1
    FROM question
    UNION ALL
    SELECT account_id, name, (answered_at AT TIME ZONE timezone)::date,
           0, 0, 0, 0, 0, 0, 0, NULL, NULL, -1
    FROM question WHERE answered_at IS NOT NULL
)
SELECT account_id::text AS account_id, name AS account, day, sum(came) AS messages_in,
       sum(went) AS messages_out, sum(untold) AS messages_untold, sum(lost) AS messages_lost,
       sum(began) AS new_conversations, sum(asked) AS questions,
       sum(answered) AS questions_answered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY first_minutes::double precision)
           AS first_response_minutes,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes::double precision)
           AS median_response_minutes,
       (sum(sum(opened)) OVER (PARTITION BY account_id ORDER BY day))::bigint AS open_conversations
FROM event
GROUP BY account_id, name, day;

COMMENT ON VIEW insights.conversation_activity IS
    'Messages, answers and how long they took, by day of the account''s time zone. A question is what the other side wrote until the account answered.';
COMMENT ON COLUMN insights.conversation_activity.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.conversation_activity.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.conversation_activity.day IS
    'Day in the account''s configured time zone; days without a message or an answer have no row.';
COMMENT ON COLUMN insights.conversation_activity.messages_in IS
    'Messages to the account (count). Additive over days and accounts.';
COMMENT ON COLUMN insights.conversation_activity.messages_out IS
    'Messages from the account (count). Additive over days and accounts.';
COMMENT ON COLUMN insights.conversation_activity.messages_untold IS
    'Messages of which nobody knows who wrote them: without details, or not told (count). Additive over days and accounts.';
COMMENT ON COLUMN insights.conversation_activity.messages_lost IS
    'Messages that were seen without details, for more came between two polls than the platform tells of, or they were deleted (count). Additive over days and accounts; a part of messages_untold: sum one of them.';
COMMENT ON COLUMN insights.conversation_activity.new_conversations IS
    'Conversations whose first message was written on that day, as far as it was seen (count). Additive over days and accounts.';
COMMENT ON COLUMN insights.conversation_activity.questions IS
    'Questions asked on that day (count). Additive over days and accounts.';
COMMENT ON COLUMN insights.conversation_activity.questions_answered IS
    'Of them, those that were answered since (count). Additive over days and accounts; a part of questions: sum one of them.';
COMMENT ON COLUMN insights.conversation_activity.first_response_minutes IS
    'Median time to the first answer in conversations that began on that day with a question (minutes); NULL without an answer. Not additive: a median.';
COMMENT ON COLUMN insights.conversation_activity.median_response_minutes IS
    'Median time to the answer of all questions of that day (minutes); NULL without an answer. Not additive: a median.';
COMMENT ON COLUMN insights.conversation_activity.open_conversations IS
    'Conversations that waited for an answer at the end of the day (count). Not additive: one that waits for days is counted on each.';

CREATE VIEW insights.conversation_latest AS
SELECT a.account_id::text AS account_id, a.name AS account, c.conversation_key AS conversation,
       c.person_key AS person, c.began_at, c.newest_at AS newest_message_at,
       m.waits_since IS NOT NULL AS waits_for_answer, m.waits_since, m.messages_in,
       m.messages_out, m.messages_untold, m.messages_lost, c.first_seen_at, c.read_at
FROM store.account a
JOIN store.conversation c USING (account_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE direction = 'in') AS messages_in,
           count(*) FILTER (WHERE direction = 'out') AS messages_out,
           count(*) FILTER (WHERE direction IS NULL) AS messages_untold,
           count(*) FILTER (WHERE lost <> '') AS messages_lost,
           min(created_at) FILTER (WHERE direction = 'in' AND created_at > last_out) AS waits_since
    FROM (SELECT direction, lost, created_at,
                 coalesce(max(created_at) FILTER (WHERE direction = 'out') OVER (), '-infinity')
                     AS last_out
          FROM store.message
          WHERE account_id = c.account_id AND conversation_key = c.conversation_key) t) m;

COMMENT ON VIEW insights.conversation_latest IS
    'Each conversation as it was read last. One that leaves the platform''s list (requests that nobody answered for 30 days) stays.';
COMMENT ON COLUMN insights.conversation_latest.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.conversation_latest.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.conversation_latest.conversation IS
    'Keyed hash of the conversation''s id: the same in every reading.';
COMMENT ON COLUMN insights.conversation_latest.person IS
    'Keyed hash of the other side''s Instagram-scoped id; NULL where it is not one person.';
COMMENT ON COLUMN insights.conversation_latest.began_at IS
    'When its first message was written (timestamptz); NULL where older ones were never seen.';
COMMENT ON COLUMN insights.conversation_latest.newest_message_at IS
    'When its newest message was written (timestamptz).';
COMMENT ON COLUMN insights.conversation_latest.waits_for_answer IS
    'Whether the other side wrote last, as far as is known.';
COMMENT ON COLUMN insights.conversation_latest.waits_since IS
    'Since when it waits for an answer (timestamptz); NULL if it does not.';
COMMENT ON COLUMN insights.conversation_latest.messages_in IS
    'Messages to the account that were seen (count). Additive over conversations and accounts; counts again insights.conversation_activity.messages_in: sum one of them.';
COMMENT ON COLUMN insights.conversation_latest.messages_out IS
    'Messages from the account that were seen (count). Additive over conversations and accounts; counts again insights.conversation_activity.messages_out: sum one of them.';
COMMENT ON COLUMN insights.conversation_latest.messages_untold IS
    'Messages of which nobody knows who wrote them (count). Additive over conversations and accounts; counts again insights.conversation_activity.messages_untold: sum one of them.';
COMMENT ON COLUMN insights.conversation_latest.messages_lost IS
    'Messages that were seen without details (count). Additive over conversations and accounts; counts again insights.conversation_activity.messages_lost: sum one of them.';
COMMENT ON COLUMN insights.conversation_latest.first_seen_at IS 'When it was read first (timestamptz).';
COMMENT ON COLUMN insights.conversation_latest.read_at IS 'When it was read last (timestamptz).';

-- Conversations are off as a rule: whoever never collected any has no line of them.
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
CROSS JOIN (VALUES ('profile'), ('media'), ('media_insights'), ('stories'), ('account_insights'),
                   ('audience'), ('conversations')) k(collector)
LEFT JOIN store.collection c USING (account_id, collector)
WHERE k.collector <> 'conversations' OR k.collector = ANY(a.collects) OR c.started_at IS NOT NULL;

COMMENT ON COLUMN insights.collection_health.collector IS
    'profile, media, media_insights, stories, account_insights, audience or conversations.';

-- ---- texts: a schema of its own, for readers to whom it is granted by name -----------------------

CREATE SCHEMA insights_text;
COMMENT ON SCHEMA insights_text IS 'Texts of messages: only for `insightd grant-reader NAME --messages`.';

CREATE VIEW insights_text.message AS
SELECT a.account_id::text AS account_id, a.name AS account, m.conversation_key AS conversation,
       m.message_key AS message, m.created_at, m.direction, t.text, t.sender_id, t.sender_username,
       t.urls
FROM insightd.message_text t
JOIN store.account a USING (account_id)
JOIN store.message m USING (account_id, message_key);

COMMENT ON VIEW insights_text.message IS
    'What messages say, where the account''s mode is text; kept as long as the configuration says.';
COMMENT ON COLUMN insights_text.message.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights_text.message.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights_text.message.conversation IS 'As in insights.conversation_latest.';
COMMENT ON COLUMN insights_text.message.message IS 'Keyed hash of the message''s id.';
COMMENT ON COLUMN insights_text.message.created_at IS 'When it was written (timestamptz).';
COMMENT ON COLUMN insights_text.message.direction IS
    'in: to the account; out: from it; NULL where the platform did not tell.';
COMMENT ON COLUMN insights_text.message.text IS 'What was written; NULL if nothing was.';
COMMENT ON COLUMN insights_text.message.sender_id IS 'Instagram-scoped id of who wrote it.';
COMMENT ON COLUMN insights_text.message.sender_username IS 'Name of who wrote it; NULL if not told.';
COMMENT ON COLUMN insights_text.message.urls IS
    'URLs of attachments, shares and stories (jsonb), if the configuration asks for them: [["image", "https://…"]].';

ALTER TABLE insightd.reader ADD COLUMN sees_messages boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN insightd.reader.sees_messages IS 'Whether it sees texts of messages too, of its accounts.';

CREATE OR REPLACE FUNCTION insightd.guard_views() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line record;
BEGIN
    FOR line IN
        SELECT c.oid::regclass AS name, rtrim(pg_get_viewdef(c.oid), ';') AS definition,
               CASE WHEN a.attname IS NULL THEN 'NOT (SELECT insightd.is_limited())'
                    ELSE 'NOT (SELECT insightd.is_limited()) OR '
                         'v.account_id::text = ANY ((SELECT insightd.visible_accounts())::text[])'
               END AS rule
        FROM pg_class c
        LEFT JOIN pg_attribute a
            ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
        WHERE c.relnamespace IN ('insights'::regnamespace, 'insights_text'::regnamespace)
              AND c.relkind = 'v' AND c.oid <> 'insights.metric'::regclass
              AND pg_get_viewdef(c.oid) NOT LIKE '%insightd.is_limited()%'
        ORDER BY c.oid
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_barrier = true) AS '
                       'SELECT v.* FROM (%s) v WHERE %s',
                       line.name, line.definition, line.rule);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION insightd.grant_reading(reader text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA insights TO %I', reader);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA insights TO %I', reader);
    EXECUTE (SELECT format('GRANT SELECT ON %s TO %I', string_agg(c.oid::regclass::text, ', '), reader)
             FROM pg_class c WHERE c.relnamespace = 'insights'::regnamespace AND c.relkind = 'v');
    IF EXISTS (SELECT 1 FROM insightd.engine e WHERE e.name = 'citus') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA store TO %I', reader);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA store TO %I', reader);
    END IF;
    IF EXISTS (SELECT 1 FROM insightd.reader r WHERE r.reader = $1 AND r.sees_messages) THEN
        EXECUTE format('GRANT USAGE ON SCHEMA insights_text TO %I', reader);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA insights_text TO %I', reader);
    ELSE
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA insights_text FROM %I', reader);
        EXECUTE format('REVOKE ALL ON SCHEMA insights_text FROM %I', reader);
    END IF;
END $$;
