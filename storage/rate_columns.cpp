#include "storage/rate_columns.hpp"

#include "storage/json_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <vector>

namespace insightd::storage
{
namespace
{

bool is_storable(const model::PostRate& rate)
{
    return std::isfinite(rate.per_hour) && std::isfinite(rate.evidence) &&
           std::isfinite(rate.unread) && std::isfinite(rate.waited);
}

} // namespace

std::string rate_assignments()
{
    static constexpr std::array names{
        "change_per_hour", "change_evidence", "change_unread", "change_waited", "change_at"};
    std::vector<std::string> parts;
    for (const auto* name : names)
        parts.push_back(fmt::format(
            "{0} = CASE WHEN excluded.change_at >= coalesce(s.change_at, '-infinity') "
            "THEN excluded.{0} ELSE s.{0} END",
            name));
    return fmt::format("{}", fmt::join(parts, ", "));
}

void add_rate(boost::json::object& row, const std::optional<model::PostRate>& rate)
{
    if (!rate || !is_storable(*rate))
        return;
    row["change_per_hour"] = rate->per_hour;
    row["change_evidence"] = rate->evidence;
    row["change_unread"] = rate->unread;
    row["change_waited"] = rate->waited;
    row["change_at"] = text_of(rate->judged_at);
}

} // namespace insightd::storage
