#include "storage/fields.hpp"
#include "storage/read.hpp"

#include <fmt/ranges.h>

#include <charconv>

namespace insightd::storage
{
namespace
{

/// date_part() gives a double, which holds the microseconds of this century exactly once they are
/// rounded; extract() gives a numeric, which takes a million posts seconds.
constexpr auto posts_query = R"(
SELECT account_id, media_id, product_type, coalesce(media_type, ''),
       (date_part('epoch', published_at) * 1000000)::bigint,
       (date_part('epoch', checked_at) * 1000000)::bigint,
       (date_part('epoch', listed_at) * 1000000)::bigint,
       numbers_at IS NOT NULL, coalesce(views, reach), like_count + comments_count,
       (date_part('epoch', change_at) * 1000000)::bigint,
       change_per_hour, change_evidence, change_unread, change_waited, views IS NOT NULL
FROM store.media LEFT JOIN store.media_state USING (account_id, media_id)
WHERE account_id = ANY($1::bigint[]) AND removed_at IS NULL AND product_type <> 'STORY'
      AND published_at >= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
      AND published_at < timestamptz 'epoch' + $3::bigint * interval '1 microsecond')";

/// Numbers as the server writes them, without the detour over streams and locales.
template <class Number> std::optional<Number> number_in(const pqxx::field& field)
{
    if (field.is_null())
        return std::nullopt;
    Number number{};
    std::from_chars(field.c_str(), field.c_str() + field.size(), number);
    return number;
}

std::optional<model::Instant> time_in(const pqxx::field& field)
{
    const auto microseconds = number_in<std::int64_t>(field);
    if (!microseconds)
        return std::nullopt;
    return model::Instant{std::chrono::microseconds{*microseconds}};
}

std::optional<model::PostRate> rate_in(const pqxx::row& row)
{
    const auto judged_at = time_in(row[10]);
    if (!judged_at)
        return std::nullopt;
    return model::PostRate{
        number_in<float>(row[11]).value_or(0), number_in<float>(row[12]).value_or(0),
        number_in<float>(row[13]).value_or(0), number_in<float>(row[14]).value_or(0), *judged_at};
}

model::StoredPost post_in(const pqxx::row& row)
{
    model::StoredPost post;
    post.account_id = number_in<std::int64_t>(row[0]).value_or(0);
    post.id = number_in<std::int64_t>(row[1]).value_or(0);
    post.product_type = row[2].c_str();
    post.media_type = row[3].c_str();
    post.published_at = time_in(row[4]).value_or(model::Instant{});
    post.checked_at = time_in(row[5]);
    post.listed_at = time_in(row[6]);
    post.has_numbers = row[7].c_str()[0] == 't';
    post.total_is_views = row[15].c_str()[0] == 't';
    post.total = number_in<std::int64_t>(row[8]);
    post.interactions = number_in<std::int64_t>(row[9]);
    post.rate = rate_in(row);
    return post;
}

} // namespace

std::vector<model::StoredPost> read_posts(
    pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts, model::Instant from,
    model::Instant until)
{
    const auto rows = tx.exec_params(
        posts_query, fmt::format("{{{}}}", fmt::join(accounts, ",")),
        from.time_since_epoch().count(), until.time_since_epoch().count());
    std::vector<model::StoredPost> posts;
    posts.reserve(rows.size());
    for (const auto& row : rows)
        posts.push_back(post_in(row));
    return posts;
}

} // namespace insightd::storage
