#include "storage/public_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// Only while the account's texts of the kind are kept, only of what is not too old for that, and
/// of whom nobody asked to forget.
constexpr auto write_texts = R"(
INSERT INTO insightd.public_text AS t (account_id, kind, item_key, created_at, author_key, name_key,
    text, author_id, username, permalink)
SELECT DISTINCT ON (r.kind, r.item_key) $1, r.kind, r.item_key, r.created_at, r.author_key,
       r.name_key, r.text, r.author_id, r.username, r.permalink
FROM jsonb_to_recordset($2::jsonb) AS r(kind text, item_key text, created_at timestamptz,
    observed_at timestamptz, author_key text, name_key text, text text, author_id text,
    username text, permalink text)
JOIN store.account a ON a.account_id = $1
WHERE r.created_at > r.observed_at
                     - make_interval(secs => (a.public_text_kept ->> r.kind)::double precision)
      AND NOT EXISTS (SELECT 1 FROM store.forgotten_person f
                      WHERE f.account_id = $1 AND f.person_key IN (r.author_key, r.name_key))
ORDER BY r.kind, r.item_key, r.observed_at DESC
ON CONFLICT (account_id, kind, item_key) DO UPDATE SET
    text = excluded.text, username = excluded.username, permalink = excluded.permalink
WHERE (t.text, t.username, t.permalink)
      IS DISTINCT FROM (excluded.text, excluded.username, excluded.permalink))";

constexpr auto expire_texts = R"(
DELETE FROM insightd.public_text t USING store.account a
WHERE t.account_id = $1 AND a.account_id = $1
  AND (NOT a.public_text_kept ? t.kind
       OR t.created_at <= ($2::jsonb ->> 'at')::timestamptz
              - make_interval(secs => (a.public_text_kept ->> t.kind)::double precision)))";

enum Which { texts, expiry };

const std::array statements{
    Statement{"public_texts", Nature::observation, write_texts},
    Statement{"public_texts_expire", Nature::observation, expire_texts}};

} // namespace

json::object
public_text_row(const PublicItem& item, const model::Author& author, const model::PublicText& text)
{
    return {
        {"kind", item.kind},
        {"item_key", clean(item.key)},
        {"created_at", text_of(item.created_at)},
        {"observed_at", text_of(item.observed_at)},
        {"author_key", value_of(author.key)},
        {"name_key", value_of(author.name_key)},
        {"text", value_of(text.text)},
        {"author_id", clean(text.author_id)},
        {"username", value_of(text.username)},
        {"permalink", value_of(text.permalink)}};
}

void add_public_texts(Steps& steps, const json::array& rows)
{
    if (!rows.empty())
        steps.add(statements[texts], rows);
}

void add_public_text_expiry(Steps& steps, const std::optional<model::Instant>& at)
{
    if (at)
        steps.add(statements[expiry], json::object{{"at", text_of(*at)}});
}

std::span<const Statement> public_text_statements()
{
    return statements;
}

} // namespace insightd::storage
