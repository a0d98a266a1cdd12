#include "tests/soak/pace.hpp"

#include <algorithm>

namespace insightd::soak
{
namespace
{

constexpr double slowest = 0.002;
constexpr double quicker = 1.15;
constexpr double slower = 0.8;
constexpr double much_slower = 0.4;

} // namespace

double next_rate(double rate, std::size_t waiting, std::size_t usual)
{
    const auto factor = waiting > 4 * usual ? much_slower : waiting > usual ? slower : quicker;
    return std::clamp(rate * factor, slowest, 1.0);
}

} // namespace insightd::soak
