#include "tests/torture/random/kinds.hpp"

#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace insightd::torture
{
namespace
{

using sandbox::Faults;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

/// A switch of the sandbox: whether it is on, or why no kind of fault turns it on.
struct Switch {
    std::string_view name;
    bool (*is_on)(const Faults&);
    std::string_view why_not = {};
};

constexpr std::string_view not_collected = "the torture's accounts do not collect it";

constexpr std::array switches{
    Switch{"errors", [](const Faults& f) { return f.errors > 0; }},
    Switch{"random_errors", [](const Faults& f) { return f.random_errors > 0; }},
    Switch{"gone_in_disguise", [](const Faults& f) { return f.gone_in_disguise > 0; }},
    Switch{"hangs_up", [](const Faults& f) { return f.hangs_up; }},
    Switch{"refresh_errors", [](const Faults& f) { return f.refresh_errors > 0; }},
    Switch{"dead_token_of", [](const Faults& f) { return !f.dead_token_of.empty(); }},
    Switch{"throttled", [](const Faults& f) { return !f.throttled.empty(); }},
    Switch{"html", [](const Faults& f) { return f.html; }},
    Switch{"truncated", [](const Faults& f) { return f.truncated; }},
    Switch{"cursor_loop", [](const Faults& f) { return f.cursor_loop; }},
    Switch{"most_rows", [](const Faults& f) { return f.most_rows != Faults{}.most_rows; }},
    Switch{"empty_series", [](const Faults& f) { return f.empty_series; }},
    Switch{"series_leaves_out", [](const Faults& f) { return f.series_leaves_out > 0; }},
    Switch{"moved_days", [](const Faults& f) { return f.moved_days; }},
    Switch{"login", [](const Faults& f) { return f.login.requires_proof; }},
    Switch{"days", [](const Faults& f) { return f.days.series && f.days.totals; }},
    Switch{"usage", [](const Faults& f) { return f.usage.has_value(); }},
    Switch{
        "limits",
        [](const Faults& f) { return f.limits.app_calls_an_hour || f.limits.account_calls_a_day; }},
    Switch{"withdrawn", [](const Faults& f) { return !f.withdrawn.empty(); }},
    Switch{"new_media_metrics", [](const Faults& f) { return !f.new_media_metrics.empty(); }},
    Switch{
        "batches", [](const Faults& f) { return f.batches.unknown || f.batches.unfinished > 0; }},
    Switch{"messages", nullptr, not_collected},
    Switch{"forbidden_edges", [](const Faults& f) { return !f.forbidden_edges.empty(); }},
    Switch{"forbidden_media", [](const Faults& f) { return !f.forbidden_media.empty(); }},
    Switch{"no_live_viewers", nullptr, not_collected},
    Switch{"discovery", nullptr, not_collected},
};

/// The members of `struct Faults`, as its header has them.
std::vector<std::string> members_of_faults()
{
    std::ifstream file{INSIGHTD_SOURCE_DIR "/tests/sandbox/api.hpp"};
    const std::string text{std::istreambuf_iterator{file}, {}};
    const auto begin = text.find("struct Faults {");
    const auto body = text.substr(begin, text.find("\n};", begin) - begin);
    static const std::regex member{R"(\n    [\w:<>]+(?: [\w:<>]+)* (\w+)(?: = [^;]+|\{\})?;)"};
    std::vector<std::string> names;
    for (std::sregex_iterator found{body.begin(), body.end(), member}, end; found != end; ++found)
        names.push_back((*found)[1]);
    return names;
}

TEST(Kinds, EverySwitchOfTheSandboxIsKnownHere)
{
    std::vector<std::string> known;
    for (const auto& one : switches)
        known.emplace_back(one.name);
    EXPECT_THAT(members_of_faults(), UnorderedElementsAreArray(known));
}

TEST(Kinds, EverySwitchOfTheSandboxIsTurnedOnByAKindOrLeftOutForAReason)
{
    for (const auto& one : switches) {
        bool is_used = false;
        for (const auto& fault : platform_faults()) {
            Faults faults;
            fault.on(faults, {17900000000000001});
            is_used = is_used || (one.is_on != nullptr && one.is_on(faults));
        }
        EXPECT_NE(is_used, !one.why_not.empty()) << one.name;
    }
}

TEST(Kinds, NoTwoHaveTheSameName)
{
    std::set<std::string_view> names;
    for (const auto& kind : all_kinds())
        EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
}

} // namespace
} // namespace insightd::torture
