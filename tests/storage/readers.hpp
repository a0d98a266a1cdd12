#pragma once

#include "storage/readers.hpp"
#include "tests/support/private_postgres.hpp"

#include <chrono>
#include <regex>
#include <string>
#include <vector>

/// Readers in tests. Roles are of the whole server: each test has names of its own.
namespace insightd::testing
{

/// The same database with another login: the private server trusts everyone in its folder.
inline std::string as_login(const std::string& url, const std::string& role)
{
    static const std::regex user{"user=[^ ]*"};
    return std::regex_replace(url, user, "user=" + role);
}

inline storage::GrantedReader grant_all(const std::string& url, const std::string& name)
{
    return storage::grant_reader(url, {name, std::nullopt, std::chrono::seconds{30}, std::nullopt});
}

inline storage::GrantedReader
grant_some(const std::string& url, const std::string& name, std::vector<std::string> accounts)
{
    return storage::grant_reader(
        url, {name, std::move(accounts), std::chrono::seconds{30}, std::nullopt});
}

} // namespace insightd::testing
