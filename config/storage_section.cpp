#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <array>

namespace insightd::config
{
namespace
{

/// The platform may change a number for 48 hours, and `settling_margin` adds up to 5 days.
constexpr std::chrono::days least_full{7};

void read_full(const YAML::Node& node, Storage& storage, Context& context)
{
    storage.full_resolution.reset();
    if (node.IsScalar() && node.Scalar() == "forever")
        return;
    const auto full = read_duration(node, "full", context);
    if (full && *full < least_full)
        return context.mistake(node, "`full` must be `forever`, or 7d or more");
    storage.full_resolution = full;
}

constexpr std::array retention_table{Field<Storage>{"full", read_full, true}};

void read_retention(const YAML::Node& node, Storage& storage, Context& context)
{
    read_fields<Storage>(node, "`retention`", retention_table, storage, context);
}

void read_engine(const YAML::Node& node, Storage& storage, Context& context)
{
    static const std::vector<std::string_view> names{"auto", "postgresql", "timescaledb", "citus"};
    if (const auto choice = read_choice(node, "engine", names, context))
        storage.engine = static_cast<Engine>(*choice);
}

constexpr std::array storage_table{
    Field<Storage>{"engine", read_engine}, Field<Storage>{"retention", read_retention}};

} // namespace

std::span<const Field<Storage>> storage_fields()
{
    return storage_table;
}

std::span<const Field<Storage>> retention_fields()
{
    return retention_table;
}

void read_storage(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Storage>(node, "`storage`", storage_table, draft.config.storage, context);
}

} // namespace insightd::config
