#pragma once

#include "config/fields.hpp"

#include <map>
#include <vector>

/// The sections of the file, each read by the table of its keys.
namespace insightd::config
{

/// The file as it is read: the configuration, and what later sections rest on.
struct Draft {
    Config config;
    Account defaults;
    std::map<std::string, int> names;     ///< account name to line
    std::map<std::int64_t, int> user_ids; ///< user_id to line
};

std::span<const Field<Api>> api_fields();
std::span<const Field<Schedule>> schedule_fields();
std::span<const Field<Backfill>> backfill_fields();
std::span<const Field<Storage>> storage_fields();
std::span<const Field<Storage>> retention_fields();
std::span<const Field<Conversations>> conversation_fields();
std::span<const Field<PublicEdge>> public_edge_fields();
std::span<const Field<Webhooks>> webhooks_fields();
std::span<const Field<Account>> defaults_fields();
std::span<const Field<Account>> account_fields();

void read_api(const YAML::Node& node, Draft& draft, Context& context);
void read_storage(const YAML::Node& node, Draft& draft, Context& context);
void read_webhooks(const YAML::Node& node, Draft& draft, Context& context);
void read_defaults(const YAML::Node& node, Draft& draft, Context& context);
void read_accounts(const YAML::Node& node, Draft& draft, Context& context);
void read_schedule(const YAML::Node& node, Account& account, Context& context);
void read_collect(const YAML::Node& node, Account& account, Context& context);
void read_conversations(const YAML::Node& node, Account& account, Context& context);
void read_competitors(const YAML::Node& node, Account& account, Context& context);
/// Whether what the account says of competitors can be collected.
void check_competitors(const YAML::Node& entry, const Account& account, Context& context);
/// The collectors of what others show and write in public.
void switch_off_public_edges(Account& account);
void read_public_edge(
    const YAML::Node& node, Collector collector, Account& account, Context& context);
/// What an account lacks for what it wants.
void check_public_edges(const YAML::Node& node, const Account& account, Context& context);
void read_backfill(const YAML::Node& node, Account& account, Context& context);
void read_metrics(const YAML::Node& node, Account& account, Context& context);

} // namespace insightd::config
