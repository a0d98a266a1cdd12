#include "tests/torture/sweep.hpp"
#include "tests/torture/systematic/trial.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <iostream>
#include <random>

// The 1st, the 2nd, the n-th I/O operation of each kind fails, until a run passes untouched.
namespace insightd::torture
{
namespace
{

struct Wish {
    Range range;
    std::string scene;
    std::int64_t draws = 0; ///< instead of all: so many by lot
    unsigned seed = 1;
    bool keeps_log = false;
};

struct Tally {
    std::int64_t trials = 0, hits = 0, answers = 0, rows = 0, wrong = 0;
    std::map<std::string, std::int64_t> excused;
    std::map<int, std::int64_t> codes;
};

class Systematic
{
public:
    explicit Systematic(Wish wish) : wish_{std::move(wish)} {}

    int run()
    {
        if (wish_.draws > 0)
            draw();
        else
            go_through_all();
        return report();
    }

private:
    void go_through_all()
    {
        for (std::size_t scene = 0; scene < scene_names.size(); ++scene) {
            if (scene_names.at(scene).find(wish_.scene) == std::string_view::npos)
                continue;
            Tally tally;
            sweep(
                wish_.range,
                [&](const Try& one) { return try_one(static_cast<Scene>(scene), one, tally); },
                [&](const std::string& name) { tell(scene, name, std::exchange(tally, {})); });
        }
    }

    static void tell(std::size_t scene, const std::string& name, const Tally& tally)
    {
        fmt::print(
            "{}, {}: {} trials, {} hit, {} numbers, {} wrong\n", scene_names.at(scene), name,
            tally.trials, tally.hits, tally.answers, tally.wrong);
        std::fflush(stdout);
    }

    /// Every scene and, as far as there are so many draws, every kind of operation in turn; which
    /// one of its kind, and what becomes of it, is chance.
    void draw()
    {
        std::mt19937 dice{wish_.seed};
        std::array<Outcome, scene_names.size()> untouched;
        for (std::size_t scene = 0; scene < scene_names.size(); ++scene)
            untouched[scene] = Trial{static_cast<Scene>(scene), {.first = 0}, wish_.seed}.run();
        for (std::int64_t turn = 0; turn < wish_.draws; ++turn) {
            const auto operation = static_cast<std::size_t>(turn) % operation_count;
            std::vector<std::size_t> scenes;
            for (std::size_t scene = 0; scene < scene_names.size(); ++scene)
                if (untouched[scene].asked[operation] > 0)
                    scenes.push_back(scene);
            if (scenes.empty())
                continue;
            const auto scene =
                scenes[std::uniform_int_distribution<std::size_t>{0, scenes.size() - 1}(dice)];
            draw_one(scene, operation, untouched[scene].asked[operation], dice);
        }
    }

    void draw_one(std::size_t scene, std::size_t operation, std::int64_t asked, std::mt19937& dice)
    {
        std::vector<Fault> faults;
        for (const auto& fault : fault_table())
            if (static_cast<std::size_t>(fault.operation) == operation &&
                to_string(fault).find(wish_.range.only) != std::string::npos)
                faults.push_back(fault);
        if (faults.empty())
            return;
        const auto& fault =
            faults[std::uniform_int_distribution<std::size_t>{0, faults.size() - 1}(dice)];
        const auto n = std::uniform_int_distribution<std::int64_t>{1, asked}(dice);
        const bool goes_on = fault.goes_on && std::bernoulli_distribution{}(dice);
        const auto one = try_of(fault, goes_on, n);
        Tally tally;
        try_one(static_cast<Scene>(scene), one, tally);
        fmt::print(
            "{}, {}, n = {}: {}\n", scene_names.at(scene), one.name, n,
            tally.hits > 0 ? "met" : "not met");
        std::fflush(stdout);
    }

    /// Whether the fault was met.
    bool try_one(Scene scene, const Try& one, Tally& tally)
    {
        Trial trial{scene, one.order, wish_.seed};
        const auto outcome = trial.run();
        for (auto* sum : {&tally, &all_}) {
            ++sum->trials;
            sum->hits += outcome.was_hit ? 1 : 0;
            sum->answers += static_cast<std::int64_t>(outcome.findings.answers);
            sum->rows += static_cast<std::int64_t>(outcome.findings.rows);
            sum->wrong += outcome.findings.wrong.empty() ? 0 : 1;
            for (const auto& [why, count] : outcome.findings.excused)
                sum->excused[why] += static_cast<std::int64_t>(count);
            if (outcome.was_hit)
                ++sum->codes[outcome.code];
        }
        if (!outcome.findings.wrong.empty())
            show(
                fmt::format(
                    "{}, {}, n = {}", scene_names.at(static_cast<std::size_t>(scene)), one.name,
                    one.order.first),
                outcome.findings.wrong, trial.log());
        return outcome.was_hit;
    }

    void show(
        const std::string& name, const std::vector<std::string>& wrong,
        const std::string& log) const
    {
        constexpr std::size_t most = 5;
        fmt::print("WRONG {}:\n", name);
        for (std::size_t line = 0; line < std::min(most, wrong.size()); ++line)
            fmt::print("    {}\n", wrong[line]);
        if (wish_.keeps_log)
            std::cout << log << '\n';
        std::fflush(stdout);
    }

    int report() const
    {
        fmt::print(
            "{} trials, {} faults met, {} numbers answered, {} rows compared\n", all_.trials,
            all_.hits, all_.answers, all_.rows);
        for (const auto& [why, count] : all_.excused)
            fmt::print("    {} numbers not stored: {}\n", count, why);
        for (const auto& [code, count] : all_.codes)
            fmt::print("    {} lives with a fault ended with {}\n", count, code);
        fmt::print("{}\n", all_.wrong == 0 ? "all is well" : "not well");
        return all_.wrong == 0 && all_.hits > 0 ? 0 : 1;
    }

    Wish wish_;
    Tally all_;
};

} // namespace
} // namespace insightd::torture

int main(int argc, char** argv)
{
    CLI::App app{"Lets the n-th I/O operation of each kind fail, and compares what is stored"};
    insightd::torture::Wish wish;
    app.add_option("--stride", wish.range.stride, "n grows by this factor; 1: every n");
    app.add_option(
        "--only", wish.range.only, "faults with this in their names, such as 'file write'");
    app.add_option("--scene", wish.scene, "scenes with this in their names");
    app.add_option("--part", wish.range.part, "of the faults, from 1");
    app.add_option("--parts", wish.range.parts, "into which they are divided");
    app.add_option("--draw", wish.draws, "so many trials by lot, instead of all");
    app.add_option("--seed", wish.seed, "of the world and of the lot");
    app.add_flag("--log", wish.keeps_log, "show what the program said where something is wrong");
    CLI11_PARSE(app, argc, argv);
    return insightd::torture::Systematic{wish}.run();
}
