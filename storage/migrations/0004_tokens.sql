-- Tokens, sealed: nothing here can be read without the vault's key, which is never in the database.
CREATE SEQUENCE insightd.token_revision;

CREATE TABLE insightd.token (
    account_id bigint PRIMARY KEY,
    kind text NOT NULL,
    key_id text NOT NULL,
    box bytea NOT NULL,
    scopes text[] NOT NULL DEFAULT '{}',
    issued_at timestamptz NOT NULL,
    expires_at timestamptz,
    data_access_expires_at timestamptz,
    refreshed_at timestamptz,
    next_refresh_at timestamptz,
    revision bigint NOT NULL DEFAULT nextval('insightd.token_revision'),
    claimed_until timestamptz
);
COMMENT ON TABLE insightd.token IS 'Access tokens, sealed with XChaCha20-Poly1305; account, kind and key id are bound to each.';
COMMENT ON COLUMN insightd.token.box IS 'Nonce and ciphertext.';
COMMENT ON COLUMN insightd.token.revision IS
    'Another one with every replacement, and never one that was there before.';
COMMENT ON COLUMN insightd.token.claimed_until IS
    'One instance at a time refreshes a token: by the database''s own clock, until then (timestamptz).';

CREATE TABLE insightd.token_state (
    account_id bigint PRIMARY KEY,
    source text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    mend text NOT NULL,
    refresh_failures bigint NOT NULL,
    as_of timestamptz NOT NULL
);
COMMENT ON TABLE insightd.token_state IS 'How each account''s token was doing when a daemon looked last.';

CREATE VIEW insights.token_status AS
SELECT a.account_id::text AS account_id, a.name AS account, a.login,
       coalesce(s.source, CASE WHEN t.account_id IS NOT NULL THEN 'vault' END) AS source, t.kind,
       coalesce(s.state, CASE WHEN t.account_id IS NOT NULL THEN 'ok' ELSE 'unknown' END) AS state,
       coalesce(s.reason, '') AS reason, coalesce(s.mend, '') AS mend,
       t.issued_at, extract(epoch FROM s.as_of - t.issued_at) / 86400 AS age_days,
       t.expires_at, extract(epoch FROM t.expires_at - s.as_of) / 86400 AS days_left,
       t.data_access_expires_at, t.refreshed_at AS last_refresh_at, t.next_refresh_at,
       coalesce(s.refresh_failures, 0) AS refresh_failures, t.scopes, s.as_of
FROM store.account a
LEFT JOIN insightd.token t USING (account_id)
LEFT JOIN insightd.token_state s USING (account_id);

COMMENT ON VIEW insights.token_status IS 'How each account''s access token is doing. No secret is in it.';
COMMENT ON COLUMN insights.token_status.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.token_status.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.token_status.login IS
    'Login kind: instagram or facebook.';
COMMENT ON COLUMN insights.token_status.source IS
    'Where the token is kept: vault, env, file or credential; NULL until a daemon looked.';
COMMENT ON COLUMN insights.token_status.kind IS
    'instagram_user, page, facebook_user or system_user; NULL for tokens outside the vault.';
COMMENT ON COLUMN insights.token_status.state IS
    'ok, expires_soon (works, but a person must log in soon), refresh_failing (works, but could not be renewed), needs_login (the account is not collected), unknown.';
COMMENT ON COLUMN insights.token_status.reason IS
    'Why the state is not ok, in words; empty if it is.';
COMMENT ON COLUMN insights.token_status.mend IS
    'The command that mends it; empty if nothing is to be done.';
COMMENT ON COLUMN insights.token_status.issued_at IS
    'When the platform made the token, as far as is known (timestamptz).';
COMMENT ON COLUMN insights.token_status.age_days IS
    'Age of the token at as_of (days).';
COMMENT ON COLUMN insights.token_status.expires_at IS
    'When the token ends unless it is refreshed (timestamptz); NULL: never, or not known.';
COMMENT ON COLUMN insights.token_status.days_left IS
    'Until expires_at, counted from as_of (days); negative once it is past.';
COMMENT ON COLUMN insights.token_status.data_access_expires_at IS
    'Facebook Login: a person must log in again by then (timestamptz).';
COMMENT ON COLUMN insights.token_status.last_refresh_at IS
    'Last successful refresh (timestamptz); NULL before the first.';
COMMENT ON COLUMN insights.token_status.next_refresh_at IS
    'When it is refreshed next (timestamptz); NULL: it needs no refresh.';
COMMENT ON COLUMN insights.token_status.refresh_failures IS
    'Refreshes that failed in a row (count).';
COMMENT ON COLUMN insights.token_status.scopes IS
    'Permissions granted with the token; empty if the platform did not say.';
COMMENT ON COLUMN insights.token_status.as_of IS
    'When the daemon looked last (timestamptz); NULL until it did.';
