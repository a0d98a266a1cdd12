#include "tests/sandbox/identity.hpp"

namespace insightd::sandbox
{
namespace
{

// Above 2^53, as the app-scoped ids: no double can hold them.
constexpr std::int64_t person_ids = 10'220'000'000'000'001;
constexpr std::int64_t page_ids = 100'000'000'000'000;
constexpr std::int64_t lonely_page_ids = 300'000'000'000'000;
constexpr std::int64_t app_scoped_offset = 10'000'000;

std::int64_t number_of(const AccountSpec& account)
{
    return account.user_id % 1'000'000'000;
}

} // namespace

std::int64_t app_scoped_id(const AccountSpec& account)
{
    return account.user_id - app_scoped_offset;
}

std::int64_t person_id(const AccountSpec& account)
{
    return person_ids + number_of(account) * 2;
}

std::int64_t page_id(const AccountSpec& account)
{
    return page_ids + number_of(account);
}

std::int64_t lonely_page_id(const AccountSpec& account)
{
    return lonely_page_ids + number_of(account);
}

std::vector<Page> pages_of(const World& world, const Token& token, bool all)
{
    const auto& accounts = world.accounts();
    const auto& own = accounts[token.account];
    const bool of_one_page = token.kind == TokenKind::page;
    std::vector<Page> pages{{lonely_page_id(own), "A Page without Instagram", std::nullopt}};
    for (std::size_t index = 0; index < accounts.size(); ++index)
        if (accounts[index].host == Host::facebook &&
            (all || of_one_page || index == token.account))
            pages.push_back(
                {page_id(accounts[index]), "Page of " + accounts[index].username, index});
    if (of_one_page)
        std::erase_if(pages, [&](const Page& page) { return page.id != token.page; });
    return pages;
}

std::vector<std::size_t> readable_accounts(const World& world, const Token& token, bool all)
{
    if (token.host == Host::instagram || (token.kind != TokenKind::page && !all))
        return {token.account};
    std::vector<std::size_t> accounts;
    for (const auto& page : pages_of(world, token, all))
        if (page.account)
            accounts.push_back(*page.account);
    return accounts;
}

} // namespace insightd::sandbox
