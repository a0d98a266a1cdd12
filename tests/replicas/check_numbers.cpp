#include "tests/replicas/checks.hpp"
#include "tests/torture/ledger.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

/// Virtual time between an answer and its being noted, on a busy machine.
constexpr std::chrono::microseconds close_by = 10min;
constexpr std::chrono::microseconds length_of_walk = 1h;

/// From an answer to its being on a disk: a turn's length at most.
constexpr auto in_flight = 12s;

/// Real answers that a signal may have cut off, of all.
constexpr double cut_off_share = 0.2;

/// Killed before it was stored; stopped, or told to stop, while the answer was on its way.
bool may_be_cut_off(const Answer& answer, const std::vector<Trouble>& troubles)
{
    return std::ranges::any_of(troubles, [&](const Trouble& trouble) {
        if (trouble.kind == Trouble::Kind::outage || trouble.replica != answer.caller)
            return false;
        const auto before = trouble.kind == Trouble::Kind::kill ? in_flight : 2s;
        return answer.at > trouble.at - before && answer.at < trouble.until + 1s;
    });
}

} // namespace

std::vector<std::string> check_numbers(const Story& story)
{
    const auto excuse = [&](const std::string&, const Answer& answer) -> std::string {
        return may_be_cut_off(answer, story.troubles) ? "cut off by a signal" : "";
    };
    auto found = compare(
        story.platform.answers(), read_ledger(story.database),
        [](const Answer& answer, sandbox::Instant) {
            return answer.is_of_walk ? length_of_walk : close_by;
        },
        excuse);
    const auto cut_off = found.excused["cut off by a signal"];
    fmt::print(
        "{} numbers answered, {} rows; {} cut off by a signal; {} wrong\n", found.answers,
        found.rows, cut_off, found.wrong.size());
    if (found.answers < story.platform.accounts().size() ||
        static_cast<double>(cut_off) > cut_off_share * static_cast<double>(found.answers))
        found.wrong.push_back("too few answers to compare");
    if (found.wrong.size() > 10)
        found.wrong.resize(10);
    return found.wrong;
}

} // namespace insightd::torture
