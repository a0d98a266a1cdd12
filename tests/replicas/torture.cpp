#include "tests/daemon/process.hpp"
#include "tests/replicas/checks.hpp"
#include "tests/sandbox/setup.hpp"
#include "tests/support/private_postgres.hpp"

#include <CLI/CLI.hpp>
#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

// Replicas as real processes against the sandbox, killed, stopped and restarted at random, with a
// database that goes away now and then.
namespace insightd::torture
{
namespace
{

using insightd::testing::query;
using insightd::testing::query1;
using std::chrono::seconds;
using Kind = Trouble::Kind;

struct Wish {
    std::size_t accounts = 300;
    std::size_t replicas = 3;
    int duration = 1'800;
    int pause = 60; ///< seconds that a stopped replica stands still
    int calm = 60;  ///< seconds at the end without trouble
    int speed = 60; ///< virtual seconds per real one
    unsigned seed = 1;
};

/// Work under way may take 7 s to end, and what it left 2 s to be stored.
constexpr seconds longest_goodbye{10};

/// Until then a process may not have its signal handlers yet.
constexpr seconds grown_up{3};

class Torture
{
public:
    explicit Torture(const Wish& wish)
        : wish_{wish}, dice_{wish.seed}, anchor_{real_now()}, start_{Real{date::sys_days{
                                                                  date::year{2026} / 3 / 1}}},
          platform_{{wish.accounts, wish.replicas, wish.speed, wish.seed, anchor_, start_}},
          database_{insightd::testing::durable_database()}
    {
        for (std::size_t index = 0; index < wish_.replicas; ++index) {
            configure(index);
            replicas_.emplace_back(index, folder(index));
        }
    }

    int run()
    {
        replicas_.front().start();
        wait_for_schema();
        watch_owners(database_);
        for (auto& replica : replicas_)
            if (!replica.runs())
                replica.start();
        std::this_thread::sleep_for(seconds{12});
        const auto end = anchor_ + seconds{wish_.duration - wish_.calm};
        while (real_now() < end)
            step();
        calm_down();
        leave();
        platform_.close();
        return report();
    }

private:
    std::filesystem::path folder(std::size_t index) const
    {
        return scratch_.path() / std::to_string(index);
    }

    void configure(std::size_t index) const
    {
        std::filesystem::create_directories(folder(index));
        sandbox::Setup setup;
        setup.instagram_url = platform_.server(index).instagram_url();
        setup.facebook_url = platform_.server(index).facebook_url();
        setup.database = '"' + database_ + '"';
        setup.state_dir = folder(index) / "state";
        setup.anchor = text_of(anchor_);
        setup.start = text_of(start_);
        setup.speed = wish_.speed;
        sandbox::write_config(folder(index) / "insightd.yaml", setup, platform_.accounts());
    }

    void wait_for_schema() const
    {
        while (query1(database_, "SELECT to_regclass('store.lease') IS NULL") == "t")
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }

    int roll(int least, int most) { return std::uniform_int_distribution{least, most}(dice_); }

    /// One more thing happens, unless nobody would be left.
    void step()
    {
        bring_back(false);
        if (roll(0, 9) == 0)
            take_database_away();
        const auto well = std::ranges::count_if(replicas_, &ReplicaProcess::is_well);
        auto& victim =
            replicas_.at(static_cast<std::size_t>(roll(0, static_cast<int>(replicas_.size()) - 1)));
        if (well > 1 && victim.is_well() && real_now() - victim.began_at > grown_up)
            hurt(victim);
        std::this_thread::sleep_for(seconds{roll(3, 12)});
    }

    /// Perhaps for longer than a lease lives: nobody may be taken for dead by it.
    void take_database_away()
    {
        Trouble trouble{Kind::outage, real_now(), {}, 0, 0};
        insightd::testing::allow_connections(database_, false);
        std::this_thread::sleep_for(seconds{roll(1, 20)});
        insightd::testing::allow_connections(database_, true);
        trouble.until = real_now();
        troubles_.push_back(trouble);
    }

    void hurt(ReplicaProcess& victim)
    {
        Trouble trouble{static_cast<Kind>(roll(0, 2)), real_now(), {}, victim.index(), victim.id()};
        if (trouble.kind == Kind::pause) {
            victim.send(SIGSTOP);
            victim.is_stopped = true;
            victim.back_at = real_now() + seconds{wish_.pause};
        } else {
            end(victim, trouble.kind);
            victim.back_at = real_now() + seconds{roll(0, 1) == 0 ? 1 : 25};
        }
        trouble.until = real_now();
        troubles_.push_back(trouble);
    }

    void end(ReplicaProcess& victim, Kind kind)
    {
        const auto told = real_now();
        victim.send(kind == Kind::kill ? SIGKILL : SIGTERM);
        const auto code = victim.wait();
        if (kind == Kind::stop && code != 0)
            wrong_.push_back(fmt::format("SIGTERM ended with {}", code));
        if (real_now() - told > longest_goodbye)
            wrong_.push_back(
                fmt::format("{} took {} s", to_string(kind), (real_now() - told) / seconds{1}));
    }

    void bring_back(bool at_once)
    {
        for (auto& replica : replicas_) {
            if (!at_once && replica.back_at > real_now())
                continue;
            if (replica.is_well())
                continue;
            if (replica.is_stopped)
                replica.send(SIGCONT);
            else
                replica.start();
            replica.is_stopped = false;
            replica.began_at = real_now();
        }
    }

    /// In the second half of the calm nothing changes hands any more.
    void calm_down()
    {
        bring_back(true);
        std::this_thread::sleep_for(seconds{wish_.calm} / 2);
        calm_from_ = real_now();
        std::this_thread::sleep_for(seconds{wish_.calm} / 2);
        for (const auto& row :
             query(database_, "SELECT host, pid, accounts_owned FROM insights.instance_status"))
            fmt::print("at the end {}:{} owns {}\n", *row[0], *row[1], *row[2]);
        const auto orphans = query1(
            database_, "SELECT count(*) FROM insights.account_owner WHERE instance_id IS NULL");
        if (orphans != "0")
            wrong_.push_back(*orphans + " accounts are nobody's");
        const auto spread = query1(
            database_,
            "SELECT max(accounts_owned) - min(accounts_owned) FROM insights.instance_status");
        if (std::stoi(spread.value_or("99")) > 1)
            wrong_.push_back("shares differ by " + spread.value_or("?"));
        calm_until_ = real_now();
    }

    void leave()
    {
        for (auto& replica : replicas_) {
            Trouble trouble{Kind::stop, real_now(), {}, replica.index(), replica.id()};
            end(replica, Kind::stop);
            trouble.until = real_now();
            troubles_.push_back(trouble);
        }
    }

    void say_logs() const
    {
        std::size_t fenced = 0;
        for (const auto& replica : replicas_) {
            std::ifstream in{folder(replica.index()) / "log"};
            for (std::string line; std::getline(in, line);) {
                fenced += line.find("state_left_to_owner") != std::string::npos;
                if (line.starts_with("<3>"))
                    fmt::print("replica {}: {}\n", replica.index(), line);
            }
        }
        fmt::print("{} times state was left to the owner\n", fenced);
    }

    int report()
    {
        const Story story{platform_, database_, troubles_, calm_from_, calm_until_};
        for (const auto& trouble : troubles_)
            if (trouble.kind == Kind::outage)
                fmt::print(
                    "no database from {} to {}\n", text_of(trouble.at), text_of(trouble.until));
        for (const auto check : {check_callers, check_takeovers, check_polling, check_numbers})
            std::ranges::move(check(story), std::back_inserter(wrong_));
        say_logs();
        for (const auto& line : wrong_)
            fmt::print("WRONG {}\n", line);
        fmt::print("{}\n", wrong_.empty() ? "all is well" : "not well");
        return wrong_.empty() ? 0 : 1;
    }

    Wish wish_;
    std::mt19937 dice_;
    Real anchor_, start_, calm_from_, calm_until_;
    insightd::testing::ScratchFolder scratch_;
    Platform platform_;
    std::string database_;
    std::vector<ReplicaProcess> replicas_;
    std::vector<Trouble> troubles_;
    std::vector<std::string> wrong_;
};

} // namespace
} // namespace insightd::torture

int main(int argc, char** argv)
{
    CLI::App app{"Replicas, killed, stopped and restarted at random"};
    insightd::torture::Wish wish;
    app.add_option("--accounts", wish.accounts, "in everybody's configuration");
    app.add_option("--replicas", wish.replicas, "processes");
    app.add_option("--for", wish.duration, "real seconds");
    app.add_option("--pause", wish.pause, "seconds that a stopped one stands still");
    app.add_option("--calm", wish.calm, "seconds without trouble at the end");
    app.add_option("--speed", wish.speed, "virtual seconds per real one");
    app.add_option("--seed", wish.seed, "of the trouble and of the world");
    CLI11_PARSE(app, argc, argv);
    return insightd::torture::Torture{wish}.run();
}
