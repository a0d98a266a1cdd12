#include "tests/torture/random/kinds.hpp"

// The machine's clock, as the program sees it.
namespace insightd::torture
{
namespace
{

Kind step(std::string_view name, std::string_view how, std::chrono::microseconds virtually)
{
    return {
        name,
        how,
        "set right",
        Part::clock,
        Cost::wrong_times,
        [virtually](Ground& ground) {
            ground.board.set_clock_ahead(virtually / ground.wish.speed);
        },
        [](Ground& ground) { ground.board.set_clock_ahead({}); }};
}

} // namespace

std::vector<Kind> kinds_of_clock()
{
    using namespace std::chrono_literals;
    return {
        step("clock a day ahead", "clock_gettime adds a virtual day", 24h),
        step("clock a day behind", "clock_gettime takes a virtual day off", -24h),
        step("clock an hour ahead", "clock_gettime adds a virtual hour", 1h),
        step("clock an hour behind", "clock_gettime takes a virtual hour off", -1h),
    };
}

} // namespace insightd::torture
