#pragma once

#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The whole of insightd with mailboxes in which people write.
namespace insightd
{

inline const auto start = testing::at("2026-03-01T12:00:00Z");

/// Nothing but conversations.
inline std::string only(const std::string& conversations)
{
    return fmt::format(
        "defaults: {{collect: {{profile: off, media: off, media_insights: off, stories: off, "
        "account_insights: off, conversations: {}}}}}\n",
        conversations);
}

inline sandbox::World::Options with(sandbox::Mailbox mailbox)
{
    sandbox::World::Options options;
    options.start = start;
    options.days_of_history = 2;
    options.mailbox = std::make_shared<const sandbox::Mailbox>(std::move(mailbox));
    return options;
}

inline std::vector<sandbox::AccountSpec> one_account(std::size_t which = 0)
{
    return {sandbox::three_accounts().at(which)};
}

/// One account on the Instagram host, with a mailbox.
class Talking : public testing::Simulation
{
public:
    Talking(std::string yaml, std::vector<sandbox::Chat> chats)
        : testing::Simulation{start, std::move(yaml), one_account(), with({{0, std::move(chats)}})}
    {
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }
};

} // namespace insightd
