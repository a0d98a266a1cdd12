#include "config/duration.hpp"
#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>
#include <regex>

namespace insightd::config
{
namespace
{

void read_name(const YAML::Node& node, Account& account, Context& context)
{
    static const std::regex pattern{"[A-Za-z0-9_.-]{1,64}"};
    const auto text = read_text(node, "name", context);
    if (text && !std::regex_match(*text, pattern))
        context.mistake(
            node, "`name` may hold letters, digits, `_`, `.` and `-`, up to 64 of them");
    else if (text)
        account.name = *text;
}

void read_login(const YAML::Node& node, Account& account, Context& context)
{
    if (const auto choice = read_choice(node, "login", {"instagram", "facebook"}, context))
        account.login = *choice == 0 ? Login::instagram : Login::facebook;
}

/// yaml-cpp reads 010 as 8, and doubles lose the last digits: the text itself is the id.
void read_user_id(const YAML::Node& node, Account& account, Context& context)
{
    const auto text = node.IsScalar() ? node.Scalar() : std::string{};
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    if (text.starts_with('0') || text.starts_with('+'))
        return context.mistake(
            node, "`user_id` must be decimal digits without a leading 0 or sign");
    if (const auto id = read_count(node, "user_id", 1, largest, context))
        account.user_id = *id;
}

void read_token(const YAML::Node& node, Account& account, Context& context)
{
    if (names_vault(node))
        account.token.reset();
    else
        account.token = read_secret(node, "token", context);
}

void read_timezone(const YAML::Node& node, Account& account, Context& context)
{
    auto text = read_text(node, "timezone", context);
    if (!text)
        return;
    try {
        date::locate_zone(*text);
        account.timezone = std::move(*text);
    } catch (const std::runtime_error&) {
        context.mistake(
            node, "`" + *text + "` is no time zone; use a name such as America/Sao_Paulo or UTC");
    }
}

/// The recheck of a final day comes a week after its end: later than that nothing is awaited.
void read_settling_margin(const YAML::Node& node, Account& account, Context& context)
{
    constexpr std::chrono::seconds longest = std::chrono::days{5};
    const auto text = node.IsScalar() ? node.Scalar() : std::string{};
    const auto margin = text == "0" ? std::chrono::seconds{0} : parse_duration(text);
    if (!margin || *margin > longest)
        return context.mistake(
            node, "`settling_margin` must be 0 or a duration up to 5d, such as 30m or 2h");
    account.settling_margin = *margin;
}

constexpr std::array account_table{
    Field<Account>{"name", read_name, true},
    Field<Account>{"login", read_login},
    Field<Account>{"user_id", read_user_id, true},
    Field<Account>{"token", read_token, true},
    Field<Account>{"collect", read_collect},
    Field<Account>{"competitors", read_competitors},
    Field<Account>{"schedule", read_schedule},
    Field<Account>{"metrics", read_metrics},
    Field<Account>{"timezone", read_timezone},
    Field<Account>{"settling_margin", read_settling_margin},
    Field<Account>{"backfill", read_backfill},
};

constexpr std::array defaults_table{
    Field<Account>{"login", read_login},
    Field<Account>{"collect", read_collect},
    Field<Account>{"competitors", read_competitors},
    Field<Account>{"schedule", read_schedule},
    Field<Account>{"metrics", read_metrics},
    Field<Account>{"timezone", read_timezone},
    Field<Account>{"settling_margin", read_settling_margin},
    Field<Account>{"backfill", read_backfill},
};

/// Each name and each user_id once: two accounts would write over one another's rows.
template <class Value>
void check_unique(
    const YAML::Node& node, const char* key, const Value& value, std::map<Value, int>& seen,
    Context& context)
{
    const auto at = value_of(node, key);
    const auto [known, is_new] = seen.emplace(value, at.Mark().line + 1);
    if (!is_new)
        context.mistake(
            at, fmt::format("`{}` {} is already used in line {}", key, value, known->second));
}

} // namespace

std::span<const Field<Account>> defaults_fields()
{
    return defaults_table;
}
std::span<const Field<Account>> account_fields()
{
    return account_table;
}

void read_defaults(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Account>(node, "`defaults`", defaults_table, draft.defaults, context);
}

void read_accounts(const YAML::Node& node, Draft& draft, Context& context)
{
    if (!node.IsSequence() || node.size() == 0)
        return context.mistake(node, "`accounts` must be a list of at least one account");
    for (const auto& entry : node) {
        auto account = draft.defaults;
        read_fields<Account>(entry, "an account", account_table, account, context);
        check_competitors(entry, account, context);
        check_public_edges(entry, account, context);
        if (!account.name.empty())
            check_unique(entry, "name", account.name, draft.names, context);
        if (account.user_id != 0)
            check_unique(entry, "user_id", account.user_id, draft.user_ids, context);
        draft.config.accounts.push_back(std::move(account));
    }
}

} // namespace insightd::config
