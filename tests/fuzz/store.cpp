#include "tests/fuzz/store.hpp"

#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace insightd::fuzz
{
namespace
{

namespace json = boost::json;

/// Whether PostgreSQL's jsonb, and the numbers made of it, take the value.
bool is_storable(const json::value& value)
{
    if (const auto* text = value.if_string())
        return text->find('\0') == json::string::npos;
    if (const auto* real = value.if_double())
        return std::isfinite(*real);
    if (const auto* rows = value.if_array())
        return std::ranges::all_of(*rows, is_storable);
    if (const auto* object = value.if_object())
        return std::ranges::all_of(*object, [](const auto& member) {
            return member.key().find('\0') == json::string::npos && is_storable(member.value());
        });
    return true;
}

} // namespace

void store(const model::Batch& batch)
{
    for (const auto& step : storage::steps_of(batch)) {
        boost::system::error_code error;
        const auto rows =
            json::parse(step.rows, error, json::make_shared_resource<json::monotonic_resource>());
        if (error || !is_storable(rows) || storage::clean(step.rows) != step.rows)
            std::abort();
    }
}

} // namespace insightd::fuzz
