#pragma once

#include "tests/sandbox/tokens.hpp"

/// One professional account has many ids: of its user as the app sees it, of the person behind it,
/// of the Page it is linked to. Source: graph-api.md sections 2 and 3.1.
namespace insightd::sandbox
{

/// `id` of the Instagram host, and `user_id` of its code exchange: not the professional id.
std::int64_t app_scoped_id(const AccountSpec& account);

/// The Facebook user who manages the account's Page.
std::int64_t person_id(const AccountSpec& account);
std::int64_t page_id(const AccountSpec& account);
/// The same person's other Page, which has no Instagram account.
std::int64_t lonely_page_id(const AccountSpec& account);

struct Page {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::size_t> account; ///< index of the Instagram account that is linked to it
};

/// The Page of a page token; else those of the one who logged in, and with `all` those of every
/// Facebook account.
std::vector<Page> pages_of(const World& world, const Token& token, bool all);

/// Indexes of the accounts whose insights the token may read: the Page's, or the Pages'.
std::vector<std::size_t> readable_accounts(const World& world, const Token& token, bool all);

} // namespace insightd::sandbox
