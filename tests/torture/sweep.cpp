#include "tests/torture/sweep.hpp"

#include <algorithm>

namespace insightd::torture
{

Try try_of(const Fault& fault, bool goes_on, std::int64_t n)
{
    return {
        to_string(fault) + (goes_on ? " from then on" : ""),
        {fault.operation, fault.effect, fault.error, n, goes_on ? Order::for_ever : n}};
}

void sweep(
    const Range& range, const std::function<bool(const Try&)>& meets,
    const std::function<void(const std::string&)>& ended)
{
    std::size_t number = 0;
    for (const auto& fault : fault_table())
        for (const bool goes_on : {false, true}) {
            if ((goes_on && !fault.goes_on) ||
                to_string(fault).find(range.only) == std::string::npos ||
                number++ % range.parts != range.part - 1)
                continue;
            std::int64_t n = 1;
            while (meets(try_of(fault, goes_on, n)))
                n = std::max(
                    n + 1, static_cast<std::int64_t>(static_cast<double>(n) * range.stride));
            ended(try_of(fault, goes_on, n).name);
        }
}

} // namespace insightd::torture
