#include "tests/bench/simulator/costs.hpp"

#include "daemon/budget/governor.hpp"
#include "tests/bench/simulator/hours.hpp"

#include <malloc.h>

namespace insightd::simulator
{
namespace
{

std::size_t heap_in_use()
{
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

} // namespace

config::Config config_of(std::size_t accounts)
{
    config::Config config;
    for (std::size_t index = 0; index < accounts; ++index)
        config.accounts.emplace_back().user_id = static_cast<std::int64_t>(index) + 1;
    return config;
}

std::size_t bytes_of_governor(std::size_t accounts)
{
    const auto config = config_of(accounts);
    const auto before = heap_in_use();
    budget::Governor governor{config};
    for (std::size_t account = 0; account < accounts; ++account)
        governor.departed(account, budget::Work::lists, beginning);
    return heap_in_use() - before;
}

} // namespace insightd::simulator
