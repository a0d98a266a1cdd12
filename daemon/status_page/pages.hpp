#pragma once

#include "daemon/status_page/facts.hpp"

#include <string>
#include <string_view>

/// The pages, ready to be sent. Pure: what is shown is given.
namespace insightd::status_page
{

/// All accounts, or, searched for letters, those whose name has them.
std::string overview_page(
    const DaemonNow& now, const Stored<model::ShownAccounts>& stored, std::string_view searched);

/// One account. `name` is one of the configuration's.
std::string account_page(
    const DaemonNow& now, std::string_view name, const Stored<model::ShownAccounts>& all,
    const Stored<model::ShownAccount>& stored);

/// One post or story of it.
std::string post_page(
    const DaemonNow& now, std::string_view account, std::string_view id,
    const Stored<model::ShownPostHistory>& stored);

/// That there is no such page, or that it has to wait, and what to do.
std::string message_page(const DaemonNow& now, std::string_view title, std::string_view words);

} // namespace insightd::status_page
