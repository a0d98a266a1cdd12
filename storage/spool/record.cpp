#include "storage/spool/record.hpp"

#include "storage/write.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

namespace insightd::spool
{
namespace
{

constexpr std::size_t checksum_size = 32;

/// What a record takes beside its steps, roughly.
constexpr std::int64_t frame_size = 200;

std::int64_t count_of(const std::optional<model::Instant>& instant)
{
    return instant ? instant->time_since_epoch().count() : 0;
}

void add_bytes(crypto_generichash_state& state, std::string_view bytes)
{
    crypto_generichash_update(
        &state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string checksum_of(const Record& record, std::string_view packed_steps)
{
    const auto& contents = record.contents;
    const auto head = fmt::format(
        "insightd spool 1\n{}\n{}\n{}\n{}\n{}\n{}\n", record.account_id,
        static_cast<int>(record.worth), contents.collector, contents.rows,
        count_of(contents.first_at), count_of(contents.last_at));
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, checksum_size);
    add_bytes(state, head);
    add_bytes(state, packed_steps);
    std::string checksum(checksum_size, '\0');
    crypto_generichash_final(
        &state, reinterpret_cast<unsigned char*>(checksum.data()), checksum.size());
    return checksum;
}

/// "3:abc" from the front of `bytes`, which then begins behind it.
std::optional<std::string> take_piece(std::string_view& bytes)
{
    std::size_t size = 0;
    const auto* end = bytes.data() + bytes.size();
    const auto [after, error] = std::from_chars(bytes.data(), end, size);
    if (error != std::errc{} || after == end || *after != ':')
        return std::nullopt;
    bytes.remove_prefix(static_cast<std::size_t>(after - bytes.data()) + 1);
    if (size > bytes.size())
        return std::nullopt;
    std::string piece{bytes.substr(0, size)};
    bytes.remove_prefix(size);
    return piece;
}

} // namespace

Record record_of(const model::Batch& batch)
{
    Record record;
    record.account_id = batch.account_id;
    record.worth = batch.worth;
    record.contents = model::contents_of(batch);
    record.steps = storage::steps_of(batch);
    return record;
}

std::string packed(const std::vector<storage::Step>& steps)
{
    std::string bytes;
    for (const auto& step : steps)
        bytes += fmt::format(
            "{}:{}{}:{}", step.statement.size(), step.statement, step.rows.size(), step.rows);
    return bytes;
}

std::optional<std::vector<storage::Step>> unpacked(std::string_view bytes)
{
    std::vector<storage::Step> steps;
    while (!bytes.empty()) {
        auto name = take_piece(bytes);
        auto rows = name ? take_piece(bytes) : std::nullopt;
        if (!rows)
            return std::nullopt;
        steps.push_back({std::move(*name), std::move(*rows)});
    }
    return steps;
}

std::int64_t weight_of(std::size_t packed_size)
{
    return static_cast<std::int64_t>(packed_size) + frame_size;
}

std::string checksums_of(const Record& record, std::string_view packed_steps)
{
    return checksum_of(record, packed_steps) + checksum_of(record, {});
}

bool is_whole(const Record& record, std::string_view packed_steps, std::string_view checksums)
{
    return checksums.substr(0, checksum_size) == checksum_of(record, packed_steps);
}

bool has_whole_head(const Record& record, std::string_view checksums)
{
    return checksums.size() > checksum_size &&
           checksums.substr(checksum_size) == checksum_of(record, {});
}

} // namespace insightd::spool
