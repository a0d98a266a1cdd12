#pragma once

#include "storage/model/rows.hpp"
#include "storage/statement.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::spool
{

/// One batch that waits for the database, in the form in which it will be written.
struct Record {
    std::int64_t seq = 0; ///< its place in the order; given by the file
    model::AccountId account_id{};
    model::Worth worth{};
    model::Contents contents;
    std::vector<storage::Step> steps;
};

/// The batch as it will wait.
Record record_of(const model::Batch& batch);

/// The steps as bytes: names and rows by turns, each with its length in front.
std::string packed(const std::vector<storage::Step>& steps);

/// The reverse; nothing for bytes that packed() did not make.
std::optional<std::vector<storage::Step>> unpacked(std::string_view bytes);

/// What a record is counted as whose packed steps have so many bytes.
std::int64_t weight_of(std::size_t packed_size);

/// 32 bytes over everything that the record says, whatever its place, and 32 over all but its
/// steps.
std::string checksums_of(const Record& record, std::string_view packed_steps);

bool is_whole(const Record& record, std::string_view packed_steps, std::string_view checksums);

/// Whether at least that can be believed which it says beside its steps. Of one that an earlier
/// version wrote, with one checksum, it is not known.
bool has_whole_head(const Record& record, std::string_view checksums);

} // namespace insightd::spool
