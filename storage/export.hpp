#pragma once

#include "storage/readers.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Views of the contract as files.
namespace insightd::storage
{

struct ExportWish {
    enum class Format { csv, ndjson };

    std::string view; ///< with or without "insights."
    Format format = Format::csv;
    std::vector<std::string> accounts; ///< by name; none: all that the login sees
    std::optional<std::string> since;  ///< a date, or an RFC 3339 instant
};

struct Exported {
    std::uint64_t rows = 0; ///< without the header
    std::uint64_t bytes = 0;
    bool is_whole = false;
};

/// Takes the next line or lines, and what there is so far; false: no more is wanted.
using ExportSink = std::function<bool(std::string_view text, const Exported& so_far)>;

/// The column that `since` speaks of, of those that the view has: a day, else the time at which
/// something happened; nothing if there is none. `view` without its schema.
std::optional<std::string>
time_column(std::string_view view, const std::vector<std::string>& columns);

/// The rows of the view as one COPY, each handed on as it comes: memory does not grow with them.
/// CSV begins with a header; NDJSON is an object a line. Times are UTC. Any login that sees the
/// view will do. Blocks, without a deadline. Throws NotPossible for what the contract does not
/// have, and model::Unavailable when the database is away, breaks off, or is not migrated.
Exported export_view(const std::string& url, const ExportWish& wish, const ExportSink& sink);

} // namespace insightd::storage
