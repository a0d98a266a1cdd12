#pragma once

#include "storage/model/time.hpp"

#include <pqxx/pqxx>

#include <cstdint>
#include <optional>

/// Instants travel as microseconds since 1970: exact, and cheap to read.
namespace insightd::storage
{

inline model::Instant instant_in(const pqxx::field& field)
{
    return model::Instant{std::chrono::microseconds{field.as<std::int64_t>()}};
}

inline std::optional<model::Instant> instant_or_none(const pqxx::field& field)
{
    return field.is_null() ? std::nullopt : std::optional{instant_in(field)};
}

} // namespace insightd::storage
