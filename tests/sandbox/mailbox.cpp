#include "tests/sandbox/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace insightd::sandbox
{
namespace
{

constexpr std::int64_t first_person = 5'000'000'000'000'001;

using Dice = std::mt19937_64;

std::size_t below(Dice& dice, std::size_t end)
{
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(dice);
}

/// A burst within five minutes.
void add_burst(
    Chat& chat, std::chrono::sys_time<std::chrono::microseconds> from, std::size_t most, Dice& dice)
{
    const auto count = 1 + below(dice, most);
    for (std::size_t n = 0; n < count; ++n)
        chat.letters.push_back(
            {from + std::chrono::seconds{below(dice, 300)}, below(dice, 3) != 0,
             fmt::format("planted words {} of {}", chat.letters.size(), chat.username)});
}

} // namespace

std::vector<Chat> made_up_chats(const MailboxPlan& plan)
{
    Dice dice{plan.seed};
    std::vector<Chat> chats;
    const auto slots = static_cast<std::size_t>(plan.span / plan.apart);
    for (std::size_t n = 0; n < plan.chats; ++n) {
        Chat chat;
        chat.person = first_person + static_cast<std::int64_t>(n);
        chat.username = fmt::format("planted_name_{}", n);
        // Each in a part of its own: no two of a chat are nearer than `apart`.
        for (std::size_t burst = 0; burst < plan.bursts; ++burst) {
            const auto slot = burst * slots / plan.bursts +
                              below(dice, std::max<std::size_t>(slots / plan.bursts, 1));
            add_burst(
                chat, plan.from + plan.apart * static_cast<std::int64_t>(slot), plan.most_at_once,
                dice);
        }
        std::ranges::stable_sort(chat.letters, {}, &Letter::at);
        chats.push_back(std::move(chat));
    }
    return chats;
}

} // namespace insightd::sandbox
