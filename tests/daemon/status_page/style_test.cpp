#include "daemon/status_page/layout.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <regex>

namespace insightd::status_page
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using Colours = std::map<std::string, double>; ///< luminance by name

/// Source: WCAG 2.1, relative luminance.
double luminance(const std::string& hex)
{
    const auto channel = [&](std::size_t at) {
        const auto value = std::stoi(hex.substr(at, 2), nullptr, 16) / 255.0;
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
}

double contrast(double one, double other)
{
    return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

/// Of the light scheme, and of the dark one, which stands second.
std::pair<Colours, Colours> schemes()
{
    static const std::regex definition{"--([a-z-]+):#([0-9a-f]{6})"};
    const std::string css{style()};
    const auto dark_from = static_cast<std::ptrdiff_t>(css.find("prefers-color-scheme:dark"));
    std::pair<Colours, Colours> both;
    for (std::sregex_iterator match{css.begin(), css.end(), definition}, end; match != end; ++match)
        (match->position() < dark_from ? both.first : both.second)[(*match)[1]] =
            luminance((*match)[2]);
    return both;
}

void expect_readable(const Colours& scheme)
{
    constexpr double text = 4.5, drawing = 3;
    for (const auto* ground : {"ground", "card"})
        for (const auto* ink : {"ink", "soft", "link", "bad", "warn", "good"})
            EXPECT_GE(contrast(scheme.at(ink), scheme.at(ground)), text) << ink << " on " << ground;
    for (const auto* ground : {"bad-ground", "warn-ground"})
        for (const auto* ink : {"ink", "link", "bad", "warn"})
            EXPECT_GE(contrast(scheme.at(ink), scheme.at(ground)), text) << ink << " on " << ground;
    for (const auto* ink : {"plot", "hatch"})
        EXPECT_GE(contrast(scheme.at(ink), scheme.at("card")), drawing) << ink;
}

TEST(Style, TextStandsOutInBothSchemes)
{
    const auto [light, dark] = schemes();
    ASSERT_FALSE(light.empty());
    ASSERT_EQ(light.size(), dark.size());
    expect_readable(light);
    expect_readable(dark);
}

TEST(Style, NeedsNothingFromElsewhere)
{
    EXPECT_THAT(std::string{style()}, Not(HasSubstr("url(")));
    EXPECT_THAT(std::string{style()}, Not(HasSubstr("@import")));
    EXPECT_THAT(std::string{style()}, Not(HasSubstr("<")));
}

TEST(Policy, AllowsTheStyleAndNothingElse)
{
    EXPECT_THAT(content_security_policy(), HasSubstr("default-src 'none'; style-src 'sha256-"));
    EXPECT_THAT(content_security_policy(), Not(HasSubstr("unsafe")));
    EXPECT_THAT(content_security_policy(), HasSubstr("frame-ancestors 'none'"));
}

} // namespace
} // namespace insightd::status_page
