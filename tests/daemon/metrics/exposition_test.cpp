#include "daemon/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace insightd::metrics
{
namespace
{

constexpr Metric rows{"rows", Type::gauge, {}, "rows", "Rows that wait."};
constexpr Metric calls{"calls_total", Type::counter, {"account", "window"}, "calls", "Calls."};

TEST(Exposition, MetricHasItsWordsItsTypeAndItsFigures)
{
    Exposition page;
    page.show(rows, 12);
    page.begin(calls);
    page.add(3, {"shop", "hour"});
    page.add(70.5, {"shop", "day"});
    EXPECT_EQ(
        page.text(), "# HELP rows Rows that wait.\n"
                     "# TYPE rows gauge\n"
                     "rows 12\n"
                     "# HELP calls_total Calls.\n"
                     "# TYPE calls_total counter\n"
                     "calls_total{account=\"shop\",window=\"hour\"} 3\n"
                     "calls_total{account=\"shop\",window=\"day\"} 70.5\n");
}

TEST(Exposition, WhatHasAMeaningInALabelIsEscaped)
{
    Exposition page;
    page.begin(calls);
    page.add(1, {"a \"shop\"\\\nin two lines", "hour"});
    EXPECT_NE(
        page.text().find(R"(account="a \"shop\"\\\nin two lines",window="hour")"),
        std::string::npos);
}

TEST(Exposition, NumbersAreWrittenWholeAndAsTheFormatWantsThem)
{
    Exposition page;
    page.begin(rows);
    for (const auto value :
         {1772366400.25, 0.5, 1e300, std::numeric_limits<double>::infinity(),
          -std::numeric_limits<double>::infinity()})
        page.add(value);
    const auto text = page.text();
    EXPECT_EQ(
        text.substr(text.find("gauge\n")),
        "gauge\nrows 1772366400.25\nrows 0.5\nrows 1e+300\nrows +Inf\nrows -Inf\n");
}

TEST(Exposition, FigureWithOtherLabelsThanItsMetricHasIsRefused)
{
    Exposition page;
    page.begin(calls);
    EXPECT_THROW(page.add(1, {"shop"}), std::logic_error);
    page.begin(rows);
    EXPECT_THROW(page.add(1, {"shop"}), std::logic_error);
}

} // namespace
} // namespace insightd::metrics
