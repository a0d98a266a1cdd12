#include "tests/torture/random/evidence.hpp"

#include <fmt/format.h>

namespace insightd::torture
{
namespace
{

using insightd::testing::query;
using namespace std::chrono_literals;

/// Days may still change for so long after they have ended. Source: graph-api.md section 5.
constexpr auto settling = 48h;

std::optional<sandbox::Instant> instant(const std::optional<std::string>& microseconds)
{
    if (!microseconds)
        return std::nullopt;
    return sandbox::Instant{std::chrono::microseconds{std::stoll(*microseconds)}};
}

std::vector<Loss> read_losses(const std::string& database)
{
    std::vector<Loss> all;
    for (const auto& row : query(
             database, "SELECT account_id, (extract(epoch FROM first_at) * 1000000)::bigint, "
                       "(extract(epoch FROM last_at) * 1000000)::bigint, "
                       "(extract(epoch FROM lost_at) * 1000000)::bigint FROM store.loss"))
        all.push_back(
            {std::stoll(*row[0]), instant(row[1]), instant(row[2]), instant(row[3]).value()});
    return all;
}

std::vector<StoryLine> read_stories(const std::string& database)
{
    std::vector<StoryLine> all;
    for (const auto& row : query(
             database, "SELECT account_id, media_id, state, reason_kind, "
                       "(extract(epoch FROM window_from) * 1000000)::bigint, "
                       "(extract(epoch FROM expires_at) * 1000000)::bigint, "
                       "(extract(epoch FROM last_numbers_at) * 1000000)::bigint FROM store.story"))
        all.push_back(
            {std::stoll(*row[0]), std::stoll(*row[1]), *row[2], *row[3], instant(row[4]).value(),
             instant(row[5]).value(), instant(row[6])});
    return all;
}

std::vector<std::string> read_early_finals(const std::string& database)
{
    std::vector<std::string> all;
    for (const auto& row : query(
             database,
             fmt::format(
                 "SELECT account_id, day, observed_at FROM store.account_day WHERE is_final "
                 "AND observed_at < day_end + interval '{} h' - interval '5 min'",
                 settling.count())))
        all.push_back(fmt::format("{} of {} at {}", *row[1], *row[0], *row[2]));
    return all;
}

} // namespace

Evidence gather(const Ground& ground, std::vector<Trouble> troubles, DrainedAt drained)
{
    const auto& database = ground.server.url();
    return {
        ground.pace,
        ground.lives,
        std::move(troubles),
        std::move(drained),
        ground.platform.answers(),
        read_ledger(database),
        read_losses(database),
        read_stories(database),
        read_early_finals(database)};
}

} // namespace insightd::torture
