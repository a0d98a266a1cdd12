#include "tests/soak/soak.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>

int main(int argc, char** argv)
{
    insightd::soak::Wish wish;
    double tolerance = 0.02;
    CLI::App app{
        "A simulated month of the real program: is it as large at the end as at the begin?"};
    app.add_option("--accounts", wish.accounts)->capture_default_str();
    app.add_option("--posts", wish.posts, "of each account")->capture_default_str();
    app.add_option("--days", wish.days, "simulated")->capture_default_str();
    app.add_option("--speed", wish.speed, "simulated seconds in a real one, at most")
        ->capture_default_str();
    app.add_option("--seed", wish.seed, "of the world")->capture_default_str();
    app.add_option("--tolerance", tolerance, "share by which memory may grow")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    const auto say = [](const std::string& line) {
        fmt::print("{}\n", line);
        std::fflush(stdout);
    };
    const auto report = insightd::soak::soak(wish, tolerance, say);
    say(insightd::soak::words_of(report));
    return report.is_well() ? 0 : 1;
}
