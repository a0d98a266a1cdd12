#include "daemon/reload/changes.hpp"

#include <array>
#include <unordered_map>

namespace insightd::reload
{
namespace
{

/// One key of the file that only a start reads.
struct Fixed {
    std::string_view key;
    bool (*is_same)(const config::Config& running, const config::Config& wanted);
};

/// Each is held by something that lives as long as the process: connections, files, listeners, the
/// database's own server.
constexpr std::array fixed_keys{
    Fixed{
        "database",
        [](const auto& running, const auto& wanted) {
            return running.embedded_database == wanted.embedded_database &&
                   running.database_url == wanted.database_url;
        }},
    Fixed{"state_dir", [](const auto& a, const auto& b) { return a.state_dir == b.state_dir; }},
    Fixed{"api", [](const auto& a, const auto& b) { return a.api == b.api; }},
    Fixed{"spool", [](const auto& a, const auto& b) { return a.spool == b.spool; }},
    Fixed{"storage", [](const auto& a, const auto& b) { return a.storage == b.storage; }},
    Fixed{"vault", [](const auto& a, const auto& b) { return a.vault_key == b.vault_key; }},
    Fixed{"http", [](const auto& a, const auto& b) { return a.http == b.http; }},
    Fixed{"webhooks", [](const auto& a, const auto& b) { return a.webhooks == b.webhooks; }},
    Fixed{"clock", [](const auto& a, const auto& b) { return a.clock == b.clock; }},
};

using Accounts = std::unordered_map<std::int64_t, const config::Account*>;

Accounts by_id(const std::vector<config::Account>& accounts)
{
    Accounts all;
    all.reserve(accounts.size());
    for (const auto& account : accounts)
        all.emplace(account.user_id, &account);
    return all;
}

} // namespace

Changes changes_between(const config::Config& running, const config::Config& wanted)
{
    Changes changes;
    const auto before = by_id(running.accounts);
    for (const auto& account : wanted.accounts)
        if (const auto known = before.find(account.user_id); known == before.end())
            changes.added.push_back(account);
        else if (*known->second != account)
            changes.changed.push_back(account);
    const auto after = by_id(wanted.accounts);
    for (const auto& account : running.accounts)
        if (!after.contains(account.user_id))
            changes.removed.push_back(account.user_id);
    changes.log_level = running.log_level != wanted.log_level;
    for (const auto& fixed : fixed_keys)
        if (!fixed.is_same(running, wanted))
            changes.need_restart.push_back(fixed.key);
    return changes;
}

} // namespace insightd::reload
