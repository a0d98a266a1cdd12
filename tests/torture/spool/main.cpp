#include "tests/support/private_postgres.hpp"
#include "tests/torture/spool/worker.hpp"
#include "tests/torture/sweep.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

// The spool as SQLite itself is tested: the 1st, the 2nd, the n-th operation on its files fails,
// and what it had promised is looked for afterwards.
namespace insightd::torture
{
namespace
{

namespace fs = std::filesystem;

/// No power is cut here: what the kernel has is on the disk.
fs::path memory_or(const fs::path& disk)
{
    return fs::is_directory("/dev/shm") ? "/dev/shm" : disk;
}

class SpoolTorture
{
public:
    SpoolTorture(std::string program, Range range)
        : program_{std::move(program)}, range_{std::move(range)}
    {
    }

    int run()
    {
        for (const auto finds : {Finds::nothing, Finds::backlog, Finds::damage, Finds::no_room})
            sweep(
                range_, [&](const Try& one) { return try_one(finds, one); },
                [](const std::string&) {});
        fmt::print(
            "{} trials, {} faults met, {} records looked for, {} lost with a reason\n", trials_,
            met_, records_, lost_);
        fmt::print("{}\n", wrong_ == 0 ? "all is well" : "not well");
        return wrong_ == 0 && met_ > 0 ? 0 : 1;
    }

private:
    /// Whether the fault was met.
    bool try_one(Finds finds, const Try& one)
    {
        if (static_cast<std::size_t>(one.order.operation) >=
            static_cast<std::size_t>(Operation::api_connect))
            return false;
        const auto place = memory_or(scratch_.path()) / fmt::format("insightd-trial-{}", getpid());
        fs::remove_all(place);
        const auto folder = place / "files";
        fs::create_directories(folder);
        prepare(finds, folder / "spool.db");
        BoardFile board{place / "board"};
        board.clear();
        board.give(one.order);
        const auto code = run_worker(finds, board, folder, place / "journal");
        ++trials_;
        const bool was_met = board.hits() > 0;
        met_ += was_met ? 1 : 0;
        auto wrong =
            judge(finds, one, code, read_journal(place / "journal"), look(folder / "spool.db"));
        wrong_ += wrong.empty() ? 0 : 1;
        for (const auto& line : wrong)
            fmt::print(
                "WRONG {}, {}, n = {}: {}\n", finds_names[static_cast<int>(finds)], one.name,
                one.order.first, line);
        std::fflush(stdout);
        fs::remove_all(place);
        return was_met;
    }

    int run_worker(
        Finds finds, const BoardFile& board, const fs::path& folder, const fs::path& journal) const
    {
        const auto process = fork();
        if (process == 0) {
            for (const auto& [name, value] : board.environment(folder))
                setenv(name.c_str(), value.c_str(), 1);
            const auto what = std::to_string(static_cast<int>(finds));
            const auto file = (folder / "spool.db").string();
            execl(
                program_.c_str(), program_.c_str(), "--work", what.c_str(), file.c_str(),
                journal.c_str(), static_cast<char*>(nullptr));
            _exit(127);
        }
        int status = 0;
        waitpid(process, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    std::vector<std::string>
    judge(Finds finds, const Try& one, int code, const std::vector<Done>& journal, const Left& left)
    {
        std::vector<std::string> wrong;
        const bool may_die = one.order.effect == Effect::torn ||
                             one.order.effect == Effect::dead_before ||
                             one.order.effect == Effect::dead_after;
        if (code != 0 && !(may_die && code == 128 + SIGKILL))
            wrong.push_back(fmt::format("the worker ended with {}", code));
        if (!left.trouble.empty())
            wrong.push_back("cannot be read afterwards: " + left.trouble);
        if (!std::ranges::is_sorted(left.numbers))
            wrong.push_back(fmt::format("out of order: {}", fmt::join(left.numbers, " ")));
        const std::set<std::int64_t> there{left.numbers.begin(), left.numbers.end()};
        if (there.size() != left.numbers.size())
            wrong.push_back(fmt::format("doubled: {}", fmt::join(left.numbers, " ")));
        const auto missing = missing_of(finds, journal, there);
        records_ += static_cast<std::int64_t>(there.size() + missing.size());
        lost_ += static_cast<std::int64_t>(missing.size());
        if (std::ssize(missing) > left.lost_rows && !left.lost_unknown)
            wrong.push_back(fmt::format(
                "missing: {}, of which {} are stated", fmt::join(missing, " "), left.lost_rows));
        if (finds != Finds::damage && finds != Finds::no_room &&
            std::ranges::any_of(missing, is_irreplaceable))
            wrong.push_back(fmt::format("stories are missing: {}", fmt::join(missing, " ")));
        return wrong;
    }

    /// What was promised, did not leave, and is not there.
    static std::vector<std::int64_t>
    missing_of(Finds finds, const std::vector<Done>& journal, const std::set<std::int64_t>& there)
    {
        std::set<std::int64_t> promised;
        if (finds != Finds::nothing)
            for (std::int64_t number = 0; number < records_of_backlog; ++number)
                promised.insert(number);
        for (const auto& [what, number] : journal) {
            if (what == Done::What::kept)
                promised.insert(number);
            if (what == Done::What::taken) // whether the acknowledgement was kept or not
                promised.erase(number);
        }
        std::vector<std::int64_t> missing;
        std::ranges::set_difference(promised, there, std::back_inserter(missing));
        return missing;
    }

    std::string program_;
    Range range_;
    insightd::testing::ScratchFolder scratch_;
    std::int64_t trials_ = 0, met_ = 0, wrong_ = 0, records_ = 0, lost_ = 0;
};

} // namespace
} // namespace insightd::torture

int main(int argc, char** argv)
{
    using namespace insightd::torture;
    if (argc == 5 && std::string_view{argv[1]} == "--work")
        return work(static_cast<Finds>(std::stoi(argv[2])), argv[3], argv[4]);
    CLI::App app{
        "The n-th operation on the files of a spool fails; what it promised is looked for"};
    Range range;
    app.add_option("--stride", range.stride, "n grows by this factor; 1: every n");
    app.add_option("--only", range.only, "faults with this in their names, such as 'file write'");
    app.add_option("--part", range.part, "of the faults, from 1");
    app.add_option("--parts", range.parts, "into which they are divided");
    CLI11_PARSE(app, argc, argv);
    return SpoolTorture{"/proc/self/exe", range}.run();
}
