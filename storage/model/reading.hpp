#pragma once

#include "storage/model/absence.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace insightd::model
{

/// A metric's number as the API sent it: counts are exact 64-bit integers, rates are doubles.
using Number = std::variant<std::int64_t, double>;

/// One metric of one poll: a number, or the reason there is none.
struct Reading {
    std::string metric; ///< the API's name, as in the catalogue
    std::variant<Number, Absence> value;

    bool operator==(const Reading&) const = default;
};

/// One cell of a breakdown: a value for each dimension, and the number of that combination.
struct Cell {
    std::vector<std::string> values; ///< lower case where the documents are upper case: as sent
    Number number;

    bool operator==(const Cell&) const = default;
};

/// A metric split by one or more dimensions. Cells that are zero are not sent by the API.
struct Breakdown {
    std::string metric;
    std::vector<std::string> dimensions; ///< dimension_keys, in the API's order
    std::vector<Cell> cells;
    std::optional<Number> total; ///< total_value.value, where the API gives it

    bool operator==(const Breakdown&) const = default;
};

/// All that one poll of a media object or an account day answered.
struct Readings {
    std::vector<Reading> values;
    std::vector<Breakdown> breakdowns;
};

} // namespace insightd::model
