#include "tests/sandbox/setup.hpp"

#include <fmt/format.h>

#include <fstream>

namespace insightd::sandbox
{
namespace
{

void write_private(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream{file}.close();
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::ofstream{file} << text << "\n";
}

std::string account_text(const AccountSpec& account, const std::filesystem::path& token_file)
{
    return fmt::format(
        "  - name: {}\n    login: {}\n    user_id: \"{}\"\n    token: {{file: {}}}\n"
        "    timezone: {}\n",
        account.username, account.host == Host::instagram ? "instagram" : "facebook",
        account.user_id, token_file.string(), account.timezone);
}

} // namespace

std::string write_config(
    const std::filesystem::path& file, const Setup& setup, const std::vector<AccountSpec>& accounts)
{
    auto text = fmt::format(
        "# insightd against the sandbox: made anew at every start.\n"
        "database: {}\nstate_dir: {}\napi:\n"
        "  graph_url: {{instagram: \"{}\", facebook: \"{}\"}}\n  login_url: \"{}\"\n",
        setup.database, setup.state_dir.string(), setup.instagram_url, setup.facebook_url,
        setup.instagram_url);
    if (!setup.ca_file.empty())
        text += fmt::format("  ca_file: {}\n", setup.ca_file.string());
    if (!setup.anchor.empty())
        text += fmt::format(
            "clock: {{anchor: \"{}\", start: \"{}\", speed: {}}}\n", setup.anchor, setup.start,
            setup.speed);
    text += setup.extra + "accounts:\n";
    for (const auto& account : accounts) {
        const auto token_file = file.parent_path() / (account.username + ".token");
        write_private(token_file, account.token);
        text += account_text(account, token_file);
    }
    std::ofstream{file} << text;
    return text;
}

} // namespace insightd::sandbox
