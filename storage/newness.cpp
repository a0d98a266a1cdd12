#include "storage/newness.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace insightd::storage
{
namespace
{

/// "r.a, r.b"
std::string of(std::string_view row, const std::vector<std::string>& columns)
{
    return fmt::format("{0}.{1}", row, fmt::join(columns, fmt::format(", {}.", row)));
}

} // namespace

std::string is_new(const Series& series)
{
    return fmt::format(
        R"(CASE
    WHEN {is_first} THEN true
    WHEN r.observed_at > {confirmed_at} THEN
        ({read}) IS DISTINCT FROM ({stated})
        OR r.observed_at >= {row_at} + interval '24 hours'
    ELSE coalesce((
        SELECT ({read}) IS DISTINCT FROM ({before})
               OR r.observed_at >= p.observed_at + interval '24 hours'
        FROM {table} p
        WHERE {same} AND p.observed_at <= r.observed_at
        ORDER BY p.observed_at DESC LIMIT 1), true) END)",
        fmt::arg("is_first", series.is_first), fmt::arg("confirmed_at", series.confirmed_at),
        fmt::arg("read", of("r", series.values)), fmt::arg("stated", of("s", series.values)),
        fmt::arg("row_at", series.row_at), fmt::arg("before", of("p", series.values)),
        fmt::arg("table", series.table), fmt::arg("same", series.same));
}

} // namespace insightd::storage
